//! The packs of Azure, Google, databases, Terraform and tools: for every rule a pair that it calls equal, and one that
//! it does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use drift_core::value::{Document, ReadOptions, Tree, YamlSchema};
use drift_core::{Context, Detector, Format, Packs, Report, Rules, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PACKS: [&str; 5] = [
    include_str!("../packs/azure.yaml"),
    include_str!("../packs/google.yaml"),
    include_str!("../packs/sql.yaml"),
    include_str!("../packs/terraform.yaml"),
    include_str!("../packs/tools.yaml"),
];

/// Rule, type, what is declared, what is as good as that, what is not, the provider and the manager where the rule
/// asks.
const PAIRS: &str = r#"
- [arm-states, microsoft.cache/redis, {properties: {a: 1}}, {properties: {a: 1, provisioningState: Failed}}, {properties: {a: 2}}]
- [arm-secrets, microsoft.compute/virtualmachines, {properties: {osProfile: {adminPassword: abcdefgh, adminUsername: a}}}, {properties: {osProfile: {adminUsername: a}}}, {properties: {osProfile: {adminUsername: b}}}]
- [azurerm-arguments, azurerm_public_ip, {timeouts: {read: 1m}, sku: a}, {sku: a}, {sku: b}]
- [azurerm-tags, azurerm_public_ip, {tags: null}, {tags: {}}, {tags: {a: b}}]
- [azurerm-ids, azurerm_public_ip, {resource_group_name: Shop, sku: a}, {resource_group_name: shop, sku: a}, {resource_group_name: shops, sku: a}]
- [azurerm-sets, azurerm_virtual_network, {address_space: [a, b]}, {address_space: [b, a]}, {address_space: [b, c]}]
- [azurerm-empties, azurerm_managed_disk, {os_type: "", source_resource_id: null}, {}, {os_type: Linux}]
- [security-rules-by-name, azurerm_network_security_group, {security_rule: [{name: a, priority: 1}, {name: b, priority: 2}]}, {security_rule: [{name: b, priority: 2}, {name: a, priority: 1}]}, {security_rule: [{name: b, priority: 1}, {name: a, priority: 2}]}]
- [security-rule-sets, azurerm_network_security_group, {security_rule: [{name: a, source_port_ranges: ["1", "2"]}]}, {security_rule: [{name: a, source_port_ranges: ["2", "1"]}]}, {security_rule: [{name: a, source_port_ranges: ["2", "3"]}]}]
- [security-rule-empties, azurerm_network_security_group, {security_rule: [{name: a, description: ""}]}, {security_rule: [{name: a}]}, {security_rule: [{name: a, description: x}]}]
- [routes-by-name, azurerm_route_table, {route: [{name: a, t: 1}, {name: b, t: 2}]}, {route: [{name: b, t: 2}, {name: a, t: 1}]}, {route: [{name: b, t: 1}, {name: a, t: 2}]}]
- [route-hops, azurerm_route_table, {route: [{name: a, next_hop_in_ip_address: ""}]}, {route: [{name: a}]}, {route: [{name: a, next_hop_in_ip_address: 10.0.0.1}]}]
- [google-arguments, google_compute_network, {timeouts: {read: 1m}, mtu: 1}, {mtu: 1}, {mtu: 2}]
- [google-labels, google_pubsub_topic, {labels: null}, {labels: {}}, {labels: {a: b}}]
- [firewall-sets, google_compute_firewall, {allow: [{protocol: tcp}, {protocol: udp}], deny: []}, {allow: [{protocol: udp}, {protocol: tcp}]}, {allow: [{protocol: udp}, {protocol: icmp}]}]
- [firewall-protocols, google_compute_firewall, {allow: [{protocol: TCP}]}, {allow: [{protocol: tcp}]}, {allow: [{protocol: udp}]}]
- [instance-sets, google_compute_instance, {tags: [a, b]}, {tags: [b, a]}, {tags: [b]}]
- [google-empties, google_compute_instance, {hostname: "", description: null, mtu: 1}, {mtu: 1}, {hostname: x, mtu: 1}]
- [columns-are-all-there-are, table, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int, default: "1"}]}, postgresql]
- [columns-are-all-there-are-mysql, table, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int, default: "1"}]}, mysql]
- [columns-are-all-there-are-sqlite, table, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int, default: "1"}]}, sqlite]
- [by-name, table, {columns: [{name: a, type: int}, {name: b, type: text}]}, {columns: [{name: b, type: text}, {name: a, type: int}]}, {columns: [{name: b, type: int}, {name: a, type: text}]}]
- [by-columns, table, {unique: [{columns: a, deferrable: true}, {columns: b}]}, {unique: [{columns: b}, {columns: a, deferrable: true}]}, {unique: [{columns: b, deferrable: true}, {columns: a}]}]
- [told-by-name, table, {collations: [{name: a, collation: x}]}, {collations: [{name: b, collation: y}, {name: a, collation: x}]}, {collations: [{name: a, collation: y}]}]
- [names-of-constraints, table, {unique: [{columns: a, name: u}]}, {unique: [{columns: a, name: made_up}]}, {unique: [{columns: b, name: u}]}]
- [collations-and-comments, table, {a: 1}, {a: 1, comment: x}, {a: 2}]
- [checks-in-any-order, table, {checks: [a > 1, b > 1]}, {checks: [b > 1, a > 1]}, {checks: [a > 1]}]
- [kong-sets, kong_route, {paths: [/a, /b]}, {paths: [/b, /a]}, {paths: [/a]}]
- [kong-secrets, kong_certificate, {key: abcdefgh}, {key: abcdefgh}, {key: ijklmnop}]
- [kong-url, kong_service, {url: "http://h", retries: 1}, {retries: 1}, {url: "http://i", retries: 1}]
- [openapi-sets, openapi_schema, {required: [a, b]}, {required: [b, a]}, {required: [a]}]
- [openapi-operation-tags, openapi_operation, {tags: [a, b]}, {tags: [b, a]}, {tags: [a]}]
- [openapi-parameters, openapi_operation, {parameters: [{name: a, in: path}, {name: a, in: query, required: true}]}, {parameters: [{name: a, in: query, required: true}, {name: a, in: path}]}, {parameters: [{name: a, in: query}, {name: a, in: path}]}]
- [envoy-virtual-hosts, envoy_listener, {virtual_hosts: [{name: a, domains: [x]}, {name: b, domains: [y]}]}, {virtual_hosts: [{name: b, domains: [y]}, {name: a, domains: [x]}]}, {virtual_hosts: [{name: b, domains: [x]}, {name: a, domains: [y]}]}]
- [github-needs, github_workflow_job, {needs: [a, b]}, {needs: [b, a]}, {needs: [a]}]
- [github-variable-values, github_actions_variable, {value: abcdefgh}, {value: abcdefgh}, {value: ijklmnop}]
- [github-runner-labels, github_actions_runner, {labels: [{name: a, type: custom}, {name: b, type: read-only}]}, {labels: [{name: b, type: read-only}, {name: a, type: custom}]}, {labels: [{name: a, type: custom}]}]
- [github-runner-label-ids, github_actions_runner, {labels: [{name: a, id: 1}]}, {labels: [{name: a, id: 2}]}, {labels: [{name: b, id: 1}]}]
- [github-addresses, github_branch_protection, {enforce_admins: {url: a, enabled: true}}, {enforce_admins: {url: b, enabled: true}}, {enforce_admins: {url: a, enabled: false}}]
- [github-environment-addresses, github_environment, {reviewer: {node_id: a, type: User}}, {reviewer: {node_id: b, type: User}}, {reviewer: {node_id: a, type: Team}}]
- [github-sets, github_repository, {topics: [a, b]}, {topics: [b, a]}, {topics: [a]}]
- [gitlab-sets, gitlab_job, {tags: [a, b]}, {tags: [b, a]}, {tags: [a]}]
- [prometheus-rules, prometheus_rule_group, {rules: [{name: a, expr: x}]}, {rules: [{name: a, expr: x}]}, {rules: [{name: a, expr: y}]}]
- [alertmanager-secrets, alertmanager_receiver, {slack_configs: [{api_url: abcdefgh}]}, {slack_configs: [{api_url: abcdefgh}]}, {slack_configs: [{api_url: ijklmnop}]}]
- [arm-marks, microsoft.cache/redis, {etag: a, properties: {a: 1}}, {etag: b, properties: {a: 1}}, {etag: a, properties: {a: 2}}]
- [arm-read-only, microsoft.web/sites, {properties: {a: 1}}, {properties: {a: 1, outboundIpAddresses: 10.0.0.1, connectionStatus: x}}, {properties: {a: 1, publicNetworkAccess: Enabled}}]
- [arm-identity, microsoft.web/sites, {identity: {type: SystemAssigned}}, {identity: {type: SystemAssigned, principalId: p, tenantId: t}}, {identity: {type: None}}]
- [arm-ids, microsoft.network/networkinterfaces, {properties: {networkSecurityGroup: {id: /subscriptions/s/resourceGroups/Shop/providers/Microsoft.Network/networkSecurityGroups/n}}}, {properties: {networkSecurityGroup: {id: /subscriptions/s/resourcegroups/shop/providers/microsoft.network/networksecuritygroups/N}}}, {properties: {networkSecurityGroup: {id: /subscriptions/s/resourceGroups/Shop/providers/Microsoft.Network/networkSecurityGroups/m}}}]
- [arm-id-keys, microsoft.web/sites, {identity: {userAssignedIdentities: {/subscriptions/s/X: {a: 1}}}}, {identity: {userAssignedIdentities: {/subscriptions/s/x: {a: 1}}}}, {identity: {userAssignedIdentities: {/subscriptions/s/y: {a: 1}}}}]
- [arm-names, microsoft.web/sites, {name: Shop, type: Microsoft.Web/sites}, {name: shop, type: microsoft.web/sites}, {name: shops, type: microsoft.web/sites}]
- [arm-frame, microsoft.web/sites, {apiVersion: "2024-01-01", kind: app}, {apiVersion: "2023-01-01", kind: app}, {apiVersion: "2024-01-01", kind: api}]
- [arm-tags, microsoft.web/sites, {tags: {Env: prod}}, {tags: {env: prod}}, {tags: {envs: prod}}]
- [arm-tag-values, microsoft.web/sites, {tags: {owner: /subscriptions/s/a}}, {tags: {owner: /subscriptions/s/a}}, {tags: {owner: /subscriptions/s/A}}]
- [arm-locations, microsoft.documentdb/databaseaccounts, {properties: {locations: [{locationName: West Europe}]}}, {properties: {locations: [{locationName: westeurope}]}}, {properties: {locations: [{locationName: northeurope}]}}]
- [arm-nulls, microsoft.web/sites, {properties: {a: null, hosts: []}}, {properties: {}}, {properties: {hosts: [x]}}]
- [arm-skus, microsoft.storage/storageaccounts, {sku: {name: standard_lrs}}, {sku: {name: Standard_LRS}}, {sku: {name: Standard_GRS}}]
- [arm-sku-parts, microsoft.storage/storageaccounts, {sku: {name: Standard_LRS}}, {sku: {name: Standard_LRS, tier: Standard}}, {sku: {name: Premium_LRS, tier: Premium}}]
- [arm-sets, microsoft.compute/virtualmachines, {zones: ["1", "2"]}, {zones: ["2", "1"]}, {zones: ["1", "3"]}]
- [arm-parts, microsoft.network/virtualnetworks, {properties: {subnets: [{name: a, p: 1}, {name: b, p: 2}]}}, {properties: {subnets: [{name: b, p: 2}, {name: a, p: 1}]}}, {properties: {subnets: [{name: a, p: 2}, {name: b, p: 2}]}}]
- [arm-part-ids, microsoft.network/virtualnetworks, {properties: {subnets: [{name: a}]}}, {properties: {subnets: [{name: a, id: /subscriptions/s/subnets/a}]}}, {properties: {subnets: [{name: a}, {name: b, id: /subscriptions/s/subnets/b}]}}]
- [arm-part-names, microsoft.network/virtualnetworks, {properties: {subnets: [{name: A, p: 1}]}}, {properties: {subnets: [{name: a, p: 1}]}}, {properties: {subnets: [{name: b, p: 1}]}}]
- [arm-rule-words, microsoft.network/networksecuritygroups, {properties: {securityRules: [{name: a, properties: {protocol: TCP, access: Allow}}]}}, {properties: {securityRules: [{name: a, properties: {protocol: Tcp, access: allow}}]}}, {properties: {securityRules: [{name: a, properties: {protocol: Tcp, access: Deny}}]}}]
- [arm-ordered, microsoft.network/applicationgateways, {properties: {urlPathMaps: [{name: m, properties: {pathRules: [{name: a}, {name: b}]}}]}}, {properties: {urlPathMaps: [{name: m, properties: {pathRules: [{name: a}, {name: b}]}}]}}, {properties: {urlPathMaps: [{name: m, properties: {pathRules: [{name: b}, {name: a}]}}]}}]
- [arm-off, microsoft.containerregistry/registries, {properties: {adminUserEnabled: false}}, {properties: {}}, {properties: {adminUserEnabled: true}}]
- [arm-on, microsoft.eventgrid/systemtopics, {properties: {a: 1}}, {properties: {a: 1, http20Enabled: true}}, {properties: {a: 1, http20Enabled: false}}]
- [arm-retries, microsoft.eventgrid/eventsubscriptions, {properties: {retryPolicy: {a: 1}}}, {properties: {retryPolicy: {a: 1, maxDeliveryAttempts: 30}}}, {properties: {retryPolicy: {a: 1, maxDeliveryAttempts: 5}}}]
- [arm-retry-minutes, microsoft.eventgrid/eventsubscriptions, {properties: {retryPolicy: {a: 1}}}, {properties: {retryPolicy: {a: 1, eventTimeToLiveInMinutes: 1440}}}, {properties: {retryPolicy: {a: 1, eventTimeToLiveInMinutes: 5}}}]
- [arm-keys, microsoft.web/sites, {properties: {connectionString: abcdefgh}}, {properties: {connectionString: abcdefgh}}, {properties: {connectionString: ijklmnop}}]
- [azurerm-resource-ids, azurerm_network_interface, {nsg: /subscriptions/s/resourceGroups/A}, {nsg: /subscriptions/s/resourcegroups/a}, {nsg: /subscriptions/s/resourceGroups/b}]
- [azurerm-tag-names, azurerm_public_ip, {tags: {Env: prod}}, {tags: {env: prod}}, {tags: {env: test}}]
- [azurerm-tag-values, azurerm_public_ip, {tags: {a: /subscriptions/s/x}}, {tags: {a: /subscriptions/s/x}}, {tags: {a: /subscriptions/s/X}}]
- [azurerm-locations, azurerm_public_ip, {location: West Europe}, {location: westeurope}, {location: northeurope}]
- [azurerm-json, azurerm_policy_definition, {policy_rule: '{"if": {"a": 1}, "then": {}}'}, {policy_rule: '{"then":{},"if":{"a":1}}'}, {policy_rule: '{"then":{},"if":{"a":2}}'}]
- [azurerm-extension-secrets, azurerm_storage_account, {primary_key: abcdefgh}, {primary_key: abcdefgh}, {primary_key: ijklmnop}]
- [azurerm-write-only, azurerm_linux_virtual_machine, {admin_password: abcdefgh, size: a}, {size: a}, {size: b}]
- [azurerm-identity, azurerm_linux_web_app, {identity: [{type: SystemAssigned}]}, {identity: [{type: SystemAssigned, principal_id: p, tenant_id: t}]}, {identity: [{type: UserAssigned}]}]
- [azurerm-sets-by-schema, azurerm_subnet, {service_endpoints: [a, b]}, {service_endpoints: [b, a]}, {service_endpoints: [a]}]
- [azurerm-computed, azurerm_linux_web_app, {a: 1}, {a: 1, default_hostname: x}, {a: 1, public_network_access_enabled: true}]
- [azurerm-path-rules, azurerm_application_gateway, {url_path_map: [{name: m, path_rule: [{name: a}, {name: b}]}]}, {url_path_map: [{name: m, path_rule: [{name: a}, {name: b}]}]}, {url_path_map: [{name: m, path_rule: [{name: b}, {name: a}]}]}]
- [google-references, google_compute_instance, {network: default, count: "5"}, {network: "https://www.googleapis.com/compute/v1/projects/p/global/networks/default", count: 5}, {network: "https://www.googleapis.com/compute/v1/projects/p/global/networks/other", count: 5}]
- [google-marks, google_compute_backend_service, {fingerprint: a, port: 1}, {fingerprint: b, port: 1}, {fingerprint: a, port: 2}]
- [google-computed, google_compute_network, {mtu: 1}, {mtu: 1, self_link: x, creation_timestamp: y}, {mtu: 1, auto_create_subnetworks: true}]
- [google-sets-by-schema, google_container_cluster, {node_locations: [a, b]}, {node_locations: [b, a]}, {node_locations: [a]}]
- [google-durations, google_pubsub_topic, {message_retention_duration: 86400.0s}, {message_retention_duration: 86400s}, {message_retention_duration: 86401s}]
- [google-members, google_project_iam_binding, {members: ["user:a", "user:b"]}, {members: ["user:b", "user:a"]}, {members: ["user:a", "user:b", "allUsers"]}]
- [google-policies, google_project_iam_policy, {policy_data: '{"bindings":[{"role":"r","members":["m"]}]}'}, {policy_data: '{"bindings": [{"members": ["m"], "role": "r"}]}'}, {policy_data: '{"bindings":[{"role":"s","members":["m"]}]}'}]
- [google-policy-bindings, google_project_iam_policy, {policy_data: '{"bindings":[{"role":"r","members":["m","n"]},{"role":"s","members":["m"]}]}'}, {policy_data: '{"bindings":[{"role":"s","members":["m"]},{"role":"r","members":["n","m"]}]}'}, {policy_data: '{"bindings":[{"role":"s","members":["m"]},{"role":"r","members":["m","allUsers"]}]}'}]
- [google-policy-parts, google_project_iam_policy, {policy_data: '{"bindings":[{"role":"r","members":["m"]}]}'}, {policy_data: '{"bindings":[{"role":"r","members":["m"]}]}'}, {policy_data: '{"bindings":[{"role":"r","members":["m"],"condition":{"expression":"true"}}]}'}]
- [google-policy-marks, google_project_iam_policy, {policy_data: '{"bindings":[{"role":"r","members":["m"]}],"etag":"a"}'}, {policy_data: '{"bindings":[{"role":"r","members":["m"]}],"etag":"b","version":1}'}, {policy_data: '{"bindings":[{"role":"r","members":["n"]}],"etag":"a"}'}]
- [google-own-labels, google_compute_instance, {labels: {a: b}}, {labels: {a: b, goog-gke-node: ""}}, {labels: {a: b, goods: c}}]
- [google-json, google_bigquery_table, {schema: '[{"name":"a","type":"STRING"}]'}, {schema: '[{"type": "STRING", "name": "a"}]'}, {schema: '[{"name":"a","type":"INTEGER"}]'}]
- [google-keys, google_compute_vpn_tunnel, {shared_secret: abcdefgh, raw_key: abcdefgh}, {shared_secret: abcdefgh, raw_key: abcdefgh}, {shared_secret: abcdefgh, raw_key: ijklmnop}]
- [google-steps, google_cloudbuild_trigger, {build: [{step: [{id: a}, {id: b}]}]}, {build: [{step: [{id: a}, {id: b}]}]}, {build: [{step: [{id: b}, {id: a}]}]}]
- [api-references, compute.googleapis.com/Disk, {zone: zones/a, sizeGb: 10}, {zone: "https://compute.googleapis.com/compute/beta/projects/p/zones/a", sizeGb: "10"}, {zone: "https://compute.googleapis.com/compute/v1/projects/p/zones/b", sizeGb: "10"}]
- [api-absent, pubsub.googleapis.com/Topic, {a: "", b: [], c: 1}, {c: 1}, {a: x, c: 1}]
- [api-marks, compute.googleapis.com/Network, {fingerprint: a, mtu: 1}, {fingerprint: b, mtu: 1}, {fingerprint: a, mtu: 2}]
- [api-output, compute.googleapis.com/Network, {mtu: 1}, {mtu: 1, selfLink: x, satisfiesPzi: true}, {mtu: 1, autoCreateSubnetworks: true}]
- [api-compute-output, compute.googleapis.com/Instance, {name: a}, {name: a, status: RUNNING, cpuPlatform: x}, {name: a, canIpForward: true}]
- [api-durations, pubsub.googleapis.com/Topic, {messageRetentionDuration: 86400.500s}, {messageRetentionDuration: 86400.5s}, {messageRetentionDuration: 86400s}]
- [api-times, cloudkms.googleapis.com/CryptoKey, {nextRotationTime: "2026-01-01T00:00:00Z"}, {nextRotationTime: "2026-01-01T00:00:00.000Z"}, {nextRotationTime: "2026-01-02T00:00:00Z"}]
- [api-firewalls, compute.googleapis.com/Firewall, {sourceRanges: [a, b], allowed: [{IPProtocol: tcp, ports: ["1", "2"]}]}, {sourceRanges: [b, a], allowed: [{IPProtocol: tcp, ports: ["2", "1"]}]}, {sourceRanges: [b, a], allowed: [{IPProtocol: tcp, ports: ["2"]}]}]
- [api-protocols, compute.googleapis.com/Firewall, {allowed: [{IPProtocol: TCP}]}, {allowed: [{IPProtocol: tcp}]}, {allowed: [{IPProtocol: udp}]}]
- [api-policies, cloudresourcemanager.googleapis.com/Project, {iamPolicy: {bindings: [{role: r, members: [m, n]}, {role: s, members: [m]}]}}, {iamPolicy: {bindings: [{role: s, members: [m]}, {role: r, members: [n, m]}]}}, {iamPolicy: {bindings: [{role: s, members: [m]}, {role: r, members: [n, m, allUsers]}]}}]
- [api-policy-parts, cloudresourcemanager.googleapis.com/Project, {iamPolicy: {bindings: [{role: r, members: [m]}]}}, {iamPolicy: {bindings: [{role: r, members: [m]}]}}, {iamPolicy: {bindings: [{role: r, members: [m], condition: {expression: x}}]}}]
- [api-labels, pubsub.googleapis.com/Topic, {labels: {}}, {}, {labels: {a: b}}]
- [api-own-labels, compute.googleapis.com/Instance, {labels: {a: b}}, {labels: {a: b, goog-k8s-cluster-name: c}}, {labels: {a: c}}]
- [api-steps, cloudbuild.googleapis.com/BuildTrigger, {build: {steps: [{id: a}, {id: b}]}}, {build: {steps: [{id: a}, {id: b}]}}, {build: {steps: [{id: b}, {id: a}]}}]
- [nulls, acme_thing, {a: {b: {c: {d: null}}}, e: 1}, {a: {b: {c: {}}}, e: 1}, {a: {b: {c: {d: 1}}}, e: 1}, any, terraform]
- [empty-attributes, acme_thing, {a: "", b: [], c: {}, d: 1}, {d: 1}, {a: x, d: 1}, any, terraform]
- [empty-attributes-of-blocks, acme_thing, {a: [{b: "", c: []}]}, {a: [{}]}, {a: [{b: x}]}, any, terraform]
- [timeouts, acme_thing, {timeouts: {create: 1m}, a: 1}, {a: 1}, {a: 2}, any, terraform]
- [scalars, acme_thing, {port: "8080", on: "true"}, {port: 8080, on: true}, {port: 8081, on: true}, any, terraform]
- [kong-unset, kong_route, {name: null, retries: 1}, {retries: 1}, {name: x, retries: 1}]
- [kong-no-members, kong_route, {tags: [], a: 1}, {a: 1}, {tags: [x], a: 1}]
- [kong-times, kong_service, {created_at: 1, a: 1}, {created_at: 2, a: 1}, {created_at: 1, a: 2}]
- [kong-header-values, kong_route, {headers: {x: [a, b]}}, {headers: {x: [b, a]}}, {headers: {x: [a]}}]
- [kong-certificates, kong_certificate, {cert: "-----BEGIN CERTIFICATE-----\nAAAA\nBBBB\n-----END CERTIFICATE-----\n"}, {cert: "-----BEGIN CERTIFICATE-----\nAAAABBBB\n-----END CERTIFICATE-----"}, {cert: "-----BEGIN CERTIFICATE-----\nAAAABBBA\n-----END CERTIFICATE-----"}]
- [kong-digest, kong_ca_certificate, {cert: a}, {cert: a, cert_digest: b}, {cert: b}]
- [kong-enabled, kong_service, {a: 1}, {a: 1, enabled: true}, {a: 1, enabled: false}]
- [kong-service-retries, kong_service, {a: 1}, {a: 1, retries: 5}, {a: 1, retries: 4}]
- [kong-service-timeouts, kong_service, {read_timeout: 60000, a: 1}, {a: 1}, {a: 1, read_timeout: 30000}]
- [kong-service-protocol, kong_service, {a: 1}, {a: 1, protocol: http}, {a: 1, protocol: https}]
- [kong-service-port, kong_service, {a: 1}, {a: 1, port: 80}, {a: 1, port: 81}]
- [kong-route-protocols, kong_route, {a: 1}, {a: 1, protocols: [https, http]}, {a: 1, protocols: [https]}]
- [kong-route-on, kong_route, {a: 1}, {a: 1, strip_path: true}, {a: 1, strip_path: false}]
- [kong-route-off, kong_route, {a: 1}, {a: 1, preserve_host: false}, {a: 1, preserve_host: true}]
- [kong-route-priority, kong_route, {a: 1}, {a: 1, regex_priority: 0}, {a: 1, regex_priority: 1}]
- [kong-route-redirect, kong_route, {a: 1}, {a: 1, https_redirect_status_code: 426}, {a: 1, https_redirect_status_code: 301}]
- [kong-route-paths, kong_route, {a: 1}, {a: 1, path_handling: v0}, {a: 1, path_handling: v1}]
- [kong-plugin-protocols, kong_plugin, {a: 1}, {a: 1, protocols: [http, https, grpc, grpcs]}, {a: 1, protocols: [http]}]
- [kong-target-weight, kong_target, {a: 1}, {a: 1, weight: 100}, {a: 1, weight: 0}]
- [kong-upstream-algorithm, kong_upstream, {a: 1}, {a: 1, algorithm: round-robin}, {a: 1, algorithm: latency}]
- [kong-upstream-hashes, kong_upstream, {a: 1}, {a: 1, hash_on: none}, {a: 1, hash_on: ip}]
- [kong-upstream-slots, kong_upstream, {a: 1}, {a: 1, slots: 10000}, {a: 1, slots: 10}]
- [kong-upstream-paths, kong_upstream, {a: 1}, {a: 1, hash_on_cookie_path: /}, {a: 1, hash_on_cookie_path: /x}]
- [kong-upstream-names, kong_upstream, {a: 1}, {a: 1, use_srv_name: false}, {a: 1, use_srv_name: true}]
- [kong-checks-types, kong_upstream, {a: 1}, {a: 1, healthchecks: {active: {type: http}}}, {a: 1, healthchecks: {active: {type: tcp}}}]
- [kong-checks-zero, kong_upstream, {a: 1}, {a: 1, healthchecks: {threshold: 0, active: {healthy: {interval: 0}}}}, {a: 1, healthchecks: {threshold: 0, active: {healthy: {interval: 5}}}}]
- [kong-checks-seconds, kong_upstream, {a: 1}, {a: 1, healthchecks: {active: {timeout: 1}}}, {a: 1, healthchecks: {active: {timeout: 2}}}]
- [kong-checks-many, kong_upstream, {a: 1}, {a: 1, healthchecks: {active: {concurrency: 10}}}, {a: 1, healthchecks: {active: {concurrency: 20}}}]
- [kong-checks-verify, kong_upstream, {a: 1}, {a: 1, healthchecks: {active: {https_verify_certificate: true}}}, {a: 1, healthchecks: {active: {https_verify_certificate: false}}}]
- [kong-checks-statuses, kong_upstream, {healthchecks: {active: {healthy: {http_statuses: [200, 201]}}}}, {healthchecks: {active: {healthy: {http_statuses: [201, 200]}}}}, {healthchecks: {active: {healthy: {http_statuses: [200]}}}}]
- [kong-checks-well, kong_upstream, {a: 1}, {a: 1, healthchecks: {active: {healthy: {http_statuses: [200, 302]}}}}, {a: 1, healthchecks: {active: {healthy: {http_statuses: [200]}}}}]
- [kong-checks-ill, kong_upstream, {a: 1}, {a: 1, healthchecks: {active: {unhealthy: {http_statuses: [429, 404, 500, 501, 502, 503, 504, 505]}}}}, {a: 1, healthchecks: {active: {unhealthy: {http_statuses: [500]}}}}]
- [kong-seen-well, kong_upstream, {a: 1}, {a: 1, healthchecks: {passive: {healthy: {http_statuses: [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308]}}}}, {a: 1, healthchecks: {passive: {healthy: {http_statuses: [200]}}}}]
- [kong-seen-ill, kong_upstream, {a: 1}, {a: 1, healthchecks: {passive: {unhealthy: {http_statuses: [429, 500, 503]}}}}, {a: 1, healthchecks: {passive: {unhealthy: {http_statuses: [500]}}}}]
- [openapi-alternatives, openapi_schema, {allOf: [{$ref: a}, {$ref: b}]}, {allOf: [{$ref: b}, {$ref: a}]}, {allOf: [{$ref: a}]}]
- [openapi-types, openapi_schema, {type: [string]}, {type: string}, {type: integer}]
- [openapi-security, openapi_operation, {security: [{a: []}, {b: []}]}, {security: [{b: []}, {a: []}]}, {security: [{a: []}]}]
- [openapi-security-watched, openapi_operation, {operationId: a}, {operationId: a}, {operationId: a, security: []}]
- [openapi-scopes, openapi_operation, {security: [{a: [x, y]}]}, {security: [{a: [y, x]}]}, {security: [{a: [x]}]}]
- [openapi-servers, openapi_document, {servers: [{name: a, url: x}, {name: b, url: y}]}, {servers: [{name: a, url: x}, {name: b, url: y}]}, {servers: [{name: b, url: y}, {name: a, url: x}]}]
- [openapi-off, openapi_operation, {deprecated: false, a: 1}, {a: 1}, {deprecated: true, a: 1}]
- [openapi-none, openapi_schema, {minLength: 0, a: 1}, {a: 1}, {minLength: 1, a: 1}]
- [openapi-texts, openapi_operation, {description: a}, {description: a}, {description: b}]
- [openapi-properties, openapi_schema, {properties: {description: x}}, {properties: {description: x}}, {properties: {description: y}}]
- [envoy-names, envoy_cluster, {connect_timeout: 1s, load_assignment: {cluster_name: a}}, {connectTimeout: 1s, loadAssignment: {clusterName: a}}, {connectTimeout: 2s, loadAssignment: {clusterName: a}}]
- [envoy-absent, envoy_cluster, {a: "", b: null, c: [], d: 1}, {d: 1}, {a: x, d: 1}]
- [envoy-numbers, envoy_cluster, {max_bytes: "10"}, {max_bytes: 10}, {max_bytes: 11}]
- [envoy-durations, envoy_cluster, {connect_timeout: 1s}, {connect_timeout: 1.000s}, {connect_timeout: 1.5s}]
- [envoy-cluster-timeout, envoy_cluster, {a: 1}, {a: 1, connect_timeout: 5s}, {a: 1, connect_timeout: 6s}]
- [envoy-buffers, envoy_listener, {a: 1}, {a: 1, per_connection_buffer_limit_bytes: 1048576}, {a: 1, per_connection_buffer_limit_bytes: 32768}]
- [envoy-policy, envoy_cluster, {lb_policy: ROUND_ROBIN, a: 1}, {a: 1}, {lb_policy: RANDOM, a: 1}]
- [envoy-discovery, envoy_cluster, {type: STATIC, a: 1}, {a: 1}, {type: EDS, a: 1}]
- [envoy-families, envoy_cluster, {dns_lookup_family: AUTO, a: 1}, {a: 1}, {dns_lookup_family: V4_ONLY, a: 1}]
- [envoy-protocols, envoy_listener, {address: {socket_address: {protocol: TCP, port_value: 1}}}, {address: {socket_address: {port_value: 1}}}, {address: {socket_address: {protocol: UDP, port_value: 1}}}]
- [envoy-codecs, envoy_listener, {codec_type: AUTO, a: 1}, {a: 1}, {codec_type: HTTP2, a: 1}]
- [envoy-domains, envoy_route_configuration, {virtual_hosts: [{name: a, domains: [x, y]}]}, {virtual_hosts: [{name: a, domains: [y, x]}]}, {virtual_hosts: [{name: a, domains: [x]}]}]
- [envoy-in-order, envoy_listener, {http_filters: [{name: a}, {name: b}]}, {http_filters: [{name: a}, {name: b}]}, {http_filters: [{name: b}, {name: a}]}]
- [github-events, github_workflow, {on: [push, pull_request]}, {on: [pull_request, push]}, {on: push}]
- [github-labels, github_workflow_job, {runs-on: [ubuntu-latest]}, {runs-on: ubuntu-latest}, {runs-on: windows-latest}]
- [github-activity, github_workflow, {on: {issues: {types: [opened, edited]}}}, {on: {issues: {types: [edited, opened]}}}, {on: {issues: {types: [opened]}}}]
- [github-steps, github_workflow_job, {steps: [{name: a, run: x}, {name: b, run: y}]}, {steps: [{name: a, run: x}, {name: b, run: y}]}, {steps: [{name: b, run: y}, {name: a, run: x}]}]
- [github-texts, github_workflow_job, {env: {A: 1}, steps: [{with: {b: true}}]}, {env: {A: "1"}, steps: [{with: {b: "true"}}]}, {env: {A: "2"}, steps: [{with: {b: "true"}}]}]
- [github-default-off, github_workflow_job, {a: 1}, {a: 1, continue-on-error: false}, {a: 1, continue-on-error: true}]
- [github-default-minutes, github_workflow_job, {a: 1}, {a: 1, timeout-minutes: 360}, {a: 1, timeout-minutes: 10}]
- [github-default-fast, github_workflow_job, {strategy: {a: 1}}, {strategy: {a: 1, fail-fast: true}}, {strategy: {a: 1, fail-fast: false}}]
- [github-permissions, github_workflow, {permissions: {contents: read}}, {permissions: {contents: read}}, {permissions: {contents: read, packages: write}}]
- [github-workflow-secrets, github_workflow_job, {uses: x}, {uses: x}, {uses: x, secrets: inherit}]
- [gitlab-scripts, gitlab_job, {script: [make]}, {script: make}, {script: make test}]
- [gitlab-refs, gitlab_job, {only: [main]}, {only: main}, {only: [main, dev]}]
- [gitlab-needs, gitlab_job, {needs: [a, b]}, {needs: [b, a]}, {needs: [a]}]
- [gitlab-variables, gitlab_job, {variables: {A: 1}}, {variables: {A: "1"}}, {variables: {A: "2"}}]
- [gitlab-stage, gitlab_job, {a: 1}, {a: 1, stage: test}, {a: 1, stage: deploy}]
- [gitlab-when, gitlab_job, {a: 1}, {a: 1, when: on_success}, {a: 1, when: manual}]
- [gitlab-interruptible, gitlab_job, {a: 1}, {a: 1, interruptible: false}, {a: 1, interruptible: true}]
- [prometheus-at-once, prometheus_rule_group, {rules: [{expr: x}]}, {rules: [{expr: x, for: 0s}]}, {rules: [{expr: x, for: 5m}]}]
- [prometheus-limit, prometheus_rule_group, {a: 1}, {a: 1, limit: 0}, {a: 1, limit: 5}]
- [prometheus-expressions, prometheus_rule_group, {rules: [{expr: "up == 0\n"}]}, {rules: [{expr: up == 0}]}, {rules: [{expr: up == 1}]}]
- [prometheus-labels, prometheus_rule_group, {labels: {a: 1}}, {labels: {a: "1"}}, {labels: {a: "2"}}]
- [alertmanager-wait, alertmanager_configuration, {route: {a: 1}}, {route: {a: 1, group_wait: 30s}}, {route: {a: 1, group_wait: 1m}}]
- [alertmanager-between, alertmanager_configuration, {route: {a: 1}}, {route: {a: 1, group_interval: 5m}}, {route: {a: 1, group_interval: 1m}}]
- [alertmanager-again, alertmanager_configuration, {route: {a: 1}}, {route: {a: 1, repeat_interval: 4h}}, {route: {a: 1, repeat_interval: 1h}}]
- [alertmanager-continue, alertmanager_configuration, {route: {routes: [{receiver: a}]}}, {route: {routes: [{receiver: a, continue: false}]}}, {route: {routes: [{receiver: a, continue: true}]}}]
- [alertmanager-sets, alertmanager_configuration, {route: {group_by: [a, b]}}, {route: {group_by: [b, a]}}, {route: {group_by: [a]}}]
- [alertmanager-routes, alertmanager_configuration, {route: {routes: [{name: a}, {name: b}]}}, {route: {routes: [{name: a}, {name: b}]}}, {route: {routes: [{name: b}, {name: a}]}}]
- [grafana-panels, grafana_dashboard, {panels: [{id: 1, type: a}, {id: 2, type: b}]}, {panels: [{id: 2, type: b}, {id: 1, type: a}]}, {panels: [{id: 1, type: a}, {id: 3, type: b}]}]
- [grafana-layout, grafana_dashboard, {schemaVersion: 38}, {schemaVersion: 38}, {schemaVersion: 39}]
- [grafana-choices, grafana_dashboard, {templating: {list: [{name: a, current: x}]}}, {templating: {list: [{name: a, current: x}]}}, {templating: {list: [{name: a, current: y}]}}]
- [grafana-plugins, grafana_dashboard, {panels: [{id: 1}]}, {panels: [{id: 1, pluginVersion: 10.0.0}]}, {panels: [{id: 1, type: a}]}]
- [grafana-counters, grafana_dashboard, {version: 1, title: a}, {version: 2, title: a}, {version: 1, title: b}]
- [grafana-tags, grafana_dashboard, {tags: [a, b]}, {tags: [b, a]}, {tags: [a]}]
- [grafana-crosshair, grafana_dashboard, {a: 1}, {a: 1, graphTooltip: 0}, {a: 1, graphTooltip: 1}]
- [database-sets, google_sql_database_instance, {settings: [{ip_configuration: [{authorized_networks: [{value: x}, {value: y}]}]}]}, {settings: [{ip_configuration: [{authorized_networks: [{value: y}, {value: x}]}]}]}, {settings: [{ip_configuration: [{authorized_networks: [{value: x}]}]}]}]
- [database-empties, google_sql_database_instance, {settings: [{tier: a, user_labels: null}]}, {settings: [{tier: a, user_labels: {}}]}, {settings: [{tier: a, user_labels: {b: c}}]}]
- [kong-credentials, kong_consumer, {keyauth_credentials: [{key: abcdefgh}, {key: ijklmnop}]}, {keyauth_credentials: [{key: ijklmnop}, {key: abcdefgh}]}, {keyauth_credentials: [{key: abcdefgh}]}]
- [openapi-names, openapi_schema, {properties: {password: {type: string}}}, {properties: {password: {type: string}}}, {properties: {password: {type: number}}}]
- [openapi-values, openapi_schema, {properties: {password: {example: abcdefgh}}}, {properties: {password: {example: abcdefgh}}}, {properties: {password: {example: ijklmnop}}}]
- [github-checks, github_branch_protection, {checks: [{context: a, app_id: 1}, {context: a, app_id: 2}]}, {checks: [{context: a, app_id: 2}, {context: a, app_id: 1}]}, {checks: [{context: a, app_id: 1}]}]
- [github-users, github_branch_protection, {users: [{login: a, type: User}, {login: b}]}, {users: [{login: b}, {login: a, type: User}]}, {users: [{login: b, type: User}, {login: a}]}]
- [github-teams, github_branch_protection, {teams: [{slug: a, privacy: secret}, {slug: b}]}, {teams: [{slug: b}, {slug: a, privacy: secret}]}, {teams: [{slug: b, privacy: secret}, {slug: a}]}]
- [github-protection-rules, github_environment, {protection_rules: [{type: a, wait_timer: 1}, {type: b}]}, {protection_rules: [{type: b}, {type: a, wait_timer: 1}]}, {protection_rules: [{type: b, wait_timer: 1}, {type: a}]}]
- [github-protection-rule-ids, github_environment, {protection_rules: [{type: a, id: 1}]}, {protection_rules: [{type: a, id: 2}]}, {protection_rules: [{type: b, id: 1}]}]
- [github-reviewers, github_environment, {protection_rules: [{type: a, reviewers: [{type: User}, {type: Team}]}]}, {protection_rules: [{type: a, reviewers: [{type: Team}, {type: User}]}]}, {protection_rules: [{type: a, reviewers: [{type: Team}]}]}]
- [github-avatars, github_environment, {reviewer: {avatar_url: a, login: x}}, {reviewer: {avatar_url: b, login: x}}, {reviewer: {avatar_url: a, login: y}}]
- [alertmanager-intervals, alertmanager_configuration, {time_intervals: [{name: a, x: 1}, {name: b}]}, {time_intervals: [{name: b}, {name: a, x: 1}]}, {time_intervals: [{name: b, x: 1}, {name: a}]}]
- [opa-roots, opa_bundle, {roots: [a, b]}, {roots: [b, a]}, {roots: [a]}]
- [launchdarkly-sets, launchdarkly_flag, {targets: [{variation: 0, values: [a, b]}]}, {targets: [{variation: 0, values: [b, a]}]}, {targets: [{variation: 0, values: [a]}]}]
- [launchdarkly-targets, launchdarkly_flag, {targets: [{variation: 0, contextKind: user, values: [a]}, {variation: 1, contextKind: user, values: [b]}]}, {targets: [{variation: 1, contextKind: user, values: [b]}, {variation: 0, contextKind: user, values: [a]}]}, {targets: [{variation: 1, contextKind: user, values: [a]}, {variation: 0, contextKind: user, values: [b]}]}]
- [launchdarkly-prerequisites, launchdarkly_flag, {prerequisites: [{key: a, variation: 0}, {key: b, variation: 1}]}, {prerequisites: [{key: b, variation: 1}, {key: a, variation: 0}]}, {prerequisites: [{key: b, variation: 0}, {key: a, variation: 1}]}]
- [launchdarkly-ids, launchdarkly_flag, {rules: [{_id: a, variation: 0}]}, {rules: [{_id: b, variation: 0}]}, {rules: [{_id: a, variation: 1}]}]
- [unleash-sets, unleash_feature, {strategies: [{name: a, constraints: [{values: [x, y]}]}]}, {strategies: [{name: a, constraints: [{values: [y, x]}]}]}, {strategies: [{name: a, constraints: [{values: [x]}]}]}]
- [unleash-variants, unleash_feature, {variants: [{name: a, weight: 1}, {name: b, weight: 2}]}, {variants: [{name: b, weight: 2}, {name: a, weight: 1}]}, {variants: [{name: b, weight: 1}, {name: a, weight: 2}]}]
- [prometheus-durations, prometheus_rule_group, {interval: 1m, rules: [{alert: a, for: 5m}]}, {interval: 60s, rules: [{alert: a, for: 300s}]}, {interval: 1m, rules: [{alert: a, for: 5s}]}]
- [prometheus-rule-durations, monitoring.coreos.com/PrometheusRule, {spec: {groups: [{name: a, interval: 1m, rules: [{alert: a, for: 1h}]}]}}, {spec: {groups: [{name: a, interval: 60s, rules: [{alert: a, for: 60m}]}]}}, {spec: {groups: [{name: a, interval: 1m, rules: [{alert: a, for: 1m}]}]}}]
- [alertmanager-durations, alertmanager_route, {group_wait: 30s, routes: [{repeat_interval: 1d}]}, {group_wait: 30000ms, routes: [{repeat_interval: 24h}]}, {group_wait: 30s, routes: [{repeat_interval: 1w}]}]
- [policies, aws_iam_policy_document, {Version: "2012-10-17", Statement: [{Effect: Allow, Action: [a:B, a:C], Principal: "*"}]}, {Version: "2012-10-17", Statement: {Effect: Allow, Action: [a:c, A:b], Principal: {AWS: ["*"]}}}, {Version: "2012-10-17", Statement: [{Effect: Allow, Action: a:B, Principal: "*"}]}]
"#;

fn yaml(text: &str) -> Value {
    let options = ReadOptions::default();
    let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options).unwrap();
    serde_json::to_value(Tree::of(document.root())).unwrap()
}

fn detector<'r>(rules: impl Iterator<Item = &'r Value>) -> Detector {
    let rules: Vec<&Value> = rules.collect();
    let rules = Rules::from_value(&json!({"version": 1, "rules": rules})).unwrap();
    Detector::builder().packs(Packs::none()).rules(rules).build().unwrap()
}

fn detect(detector: &Detector, case: &Value, actual: &Value) -> Report {
    let side = |attributes: &Value| {
        let provider = case[5].as_str().unwrap_or("any");
        let mut resource =
            json!({"provider": provider, "type": case[1], "id": "x", "attributes": attributes});
        if let Some(manager) = case[6].as_str() {
            resource["managed_by"] = manager.into();
        }
        json!([resource]).to_string()
    };
    let (desired, actual) = (side(&case[2]), side(actual));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    detector.detect(&parse(&desired), &parse(&actual), &context)
}

/// All that a report says but for how often which rule matched.
fn findings(report: &Report) -> Value {
    let mut report: Value = serde_json::from_str(&report.to_json()).unwrap();
    report["rule_usage"] = Value::Null;
    report
}

#[test]
fn every_rule_says_why_and_calls_one_pair_equal_and_another_not() {
    let rules: Vec<Value> =
        PACKS.iter().flat_map(|pack| yaml(pack)["rules"].as_array().unwrap().clone()).collect();
    let mut shown = BTreeSet::new();
    let mut wrong = Vec::new();
    let all = detector(rules.iter());
    for case in yaml(PAIRS).as_array().unwrap() {
        let id = case[0].as_str().unwrap();
        shown.insert(id.to_owned());
        let others = detector(rules.iter().filter(|rule| rule["id"] != id));
        let equal = detect(&all, case, &case[3]);
        if !equal.findings.is_empty() || !equal.undeclared.is_empty() {
            let said = findings(&equal);
            wrong.push(format!("{id}: not equal: {} {}", said["findings"], said["undeclared"]));
        }
        let differs = detect(&all, case, &case[4]);
        if differs.findings.is_empty() && differs.undeclared.is_empty() {
            wrong.push(format!("{id}: no difference is found"));
        }
        let changed = |actual: &Value, with: &Report| {
            findings(&detect(&others, case, actual)) != findings(with)
        };
        if !changed(&case[3], &equal) && !changed(&case[4], &differs) {
            wrong.push(format!("{id}: it makes no difference"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for rule in &rules {
        assert!(shown.contains(rule["id"].as_str().unwrap()), "no pair shows {}", rule["id"]);
        for field in ["reason", "source"] {
            assert!(rule[field].as_str().is_some_and(|text| text.len() > 10), "{}", rule["id"]);
        }
    }
}

//! Manifests as a chart writes them: comments, blocks, quotes, texts of several lines.

use std::fmt::Write;

/// A stream of manifests of about `size` bytes, always the same, and how many there are.
pub(super) fn manifests(size: usize) -> (String, usize) {
    let mut text = String::with_capacity(size + 8192);
    let mut count = 0;
    let mut service = 0;
    while text.len() < size {
        for write in [deployment, settings, endpoint] {
            // Writing to a string does not fail.
            let _ = write(&mut text, service);
            count += 1;
        }
        service += 1;
    }
    (text, count)
}

fn head(text: &mut String, n: usize, file: &str, version: &str, kind: &str) -> std::fmt::Result {
    write!(
        text,
        "---
# Source: platform/charts/service/templates/{file}.yaml
apiVersion: {version}
kind: {kind}
metadata:
  name: service-{n}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: service-{n}
    app.kubernetes.io/instance: platform
    app.kubernetes.io/managed-by: Helm
    app.kubernetes.io/version: \"1.{n}.0\"
    helm.sh/chart: service-4.2.1
",
        team = n % 40,
    )
}

fn deployment(text: &mut String, n: usize) -> std::fmt::Result {
    head(text, n, "deployment", "apps/v1", "Deployment")?;
    write!(
        text,
        "  annotations:
    checksum/config: {sum:064x}
    description: 'Serves the requests of team {team}, and keeps nothing'
spec:
  replicas: {replicas}
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      app.kubernetes.io/name: service-{n}
      app.kubernetes.io/instance: platform
  strategy:
    type: RollingUpdate
    rollingUpdate: {{maxSurge: 25%, maxUnavailable: 0}}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: service-{n}
        app.kubernetes.io/instance: platform
    spec:
      serviceAccountName: service-{n}
      securityContext:
        runAsNonRoot: true
        fsGroup: 2000
      containers:
        - name: main
          image: \"registry.example.com/platform/service-{n}:1.{n}.0\"
          imagePullPolicy: IfNotPresent
          args: [\"--listen\", \"0.0.0.0:8080\", \"--level\", info]
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
            - name: metrics
              containerPort: 9090
              protocol: TCP
          env:
            - name: STAGE
              value: production
            - name: WORKERS
              value: \"{replicas}\"
            - name: DATABASE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: service-{n}-database
                  key: password
          livenessProbe:
            httpGet: {{path: /healthz, port: http}}
            initialDelaySeconds: 10
            periodSeconds: 15
          readinessProbe:
            httpGet:
              path: /ready
              port: http
            failureThreshold: 3
          resources:
            limits:
              cpu: 500m
              memory: 512Mi
            requests:
              cpu: 100m
              memory: 128Mi
          volumeMounts:
            - name: settings
              mountPath: /etc/service
              readOnly: true
      volumes:
        - name: settings
          configMap:
            name: service-{n}
      # One of a service on each node.
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app.kubernetes.io/name: service-{n}
",
        sum = n.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        team = n % 40,
        replicas = 1 + n % 5,
    )
}

fn settings(text: &mut String, n: usize) -> std::fmt::Result {
    head(text, n, "configmap", "v1", "ConfigMap")?;
    write!(
        text,
        "data:
  LOG_LEVEL: info
  CACHE_TTL: \"{ttl}\"
  settings.toml: |
    # What every service reads at its start.
    [server]
    listen = \"0.0.0.0:8080\"
    timeout = \"30s\"

    [database]
    host = \"database-{n}.internal.example.com\"
    pool = {pool}
  motto: >-
    Folded over two lines, as people write
    what is meant to be read by people.
",
        ttl = n % 600,
        pool = 4 + n % 16,
    )
}

fn endpoint(text: &mut String, n: usize) -> std::fmt::Result {
    head(text, n, "service", "v1", "Service")?;
    write!(
        text,
        "spec:
  type: ClusterIP
  ports:
  - name: http
    port: 80
    targetPort: http
    protocol: TCP
  - {{name: metrics, port: 9090, targetPort: metrics}}
  selector:
    app.kubernetes.io/name: service-{n}
    app.kubernetes.io/instance: platform
",
    )
}

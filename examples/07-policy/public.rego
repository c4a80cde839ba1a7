# Written as for conftest: `input` is the document.
package pci

guards := {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}

deny contains msg if {
    open := {guard | some guard in guards; input[guard] != true}
    count(open) > 0
    msg := sprintf("%v may be read by anyone: %v off", [input.bucket, concat(", ", open)])
}

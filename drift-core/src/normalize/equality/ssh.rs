//! `ssh_public_key`: a public key as OpenSSH writes it, its type and the key in base64. The comment behind
//! it is for people alone (OpenBSD manual, sshd, AUTHORIZED_KEYS FILE FORMAT: "the comment field is not used
//! for anything").

use super::Scalar;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let mut parts = text.split_whitespace();
    let (kind, key) = (parts.next()?, parts.next()?);
    let known = ["ssh-", "ecdsa-", "sk-"].iter().any(|start| kind.starts_with(start));
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    (known && text.lines().count() == 1 && key.bytes().all(is_base64))
        .then(|| format!("{kind} {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_with_any_comment() {
        let key = |text| canonical(Scalar::String(text));
        assert_eq!(key("ssh-ed25519 AAAAC3Nz me@here"), key("ssh-ed25519  AAAAC3Nz you\n"));
        assert_ne!(key("ssh-ed25519 AAAAC3Nz"), key("ssh-ed25519 AAAAC3Ny"));
        assert_ne!(key("ssh-ed25519 AAAAC3Nz"), key("ssh-rsa AAAAC3Nz"));
        for other in ["", "ssh-rsa", "AAAAC3Nz me", "ssh-rsa a b\nssh-rsa c d", "ssh-rsa a!"] {
            assert_eq!(key(other), None, "{other}");
        }
    }
}

//! Circuit emulation: octets into packets and back (RFC 4553 SAToP, RFC 5086 CESoPSN).

pub mod receive;

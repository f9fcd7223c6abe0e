"""SIP as far as a monitor needs it: OPTIONS written, responses read and told what they mean. Pure."""

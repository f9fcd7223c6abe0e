"""Configurations of devices: fetched by SSH, sealed to a key that is kept elsewhere, shown with secrets hidden.

Sessions run in a process of their own (`process`), which the daemon starts for a round and which ends with it: the
daemon itself never loads an SSH library, nor sees a configuration in clear.
"""

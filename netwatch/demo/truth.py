"""What really stands where the inventory declares something else. Pure."""

from collections.abc import Collection
from dataclasses import replace

from inventory.snapshot import Device
from netwatch.demo.catalogue import OLD_SWITCH
from netwatch.demo.places import TOP

# Whoever wrote this one down misread its plate.
MISREAD = f"{TOP}-K02-SW1"


def standing(device: Device, swapped: Collection[str]) -> Device:
    """The device that answers for a declared one; in the place of those `swapped` stands an older one."""
    if device.id in swapped:
        return replace(device, model=OLD_SWITCH, serial=f"CU{device.serial}")
    if device.id == MISREAD:
        return replace(device, serial=f"{device.serial}8")
    return device

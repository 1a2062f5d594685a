"""Microsoft.Compute: machines, disks, snapshots, images, galleries, the marketplace, sizes."""

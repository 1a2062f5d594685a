"""The storage side: page blobs behind signed URLs."""

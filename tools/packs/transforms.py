class Unknown(Exception): pass
def read(text, path): raise Unknown(text[:60])

NAMES="red blue"

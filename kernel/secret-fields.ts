/** Names of fields whose values are secrets. The log and the audit log mask them. */
export const secretFields = ['token', 'authorization', 'password', 'kubeconfig'] as const;

/** Parts of names, in lower case and without separators, by which the audit log recognizes a field with a secret. */
const SECRET_PARTS = [
  ...secretFields,
  'passwd',
  'passphrase',
  'secret',
  'credential',
  'privatekey',
  'accesskey',
  'apikey',
  // Scripts, manifests and numbers of identity documents are stored in their own place or not at all.
  'userdata',
  'manifest',
  'documentnumber',
];

/** Names that have one of the parts, but whose values are not secret. */
const NOT_SECRET: readonly string[] = ['clienttoken'];

/** Whether the value of a field of this name is a secret, e.g. `dbPassword`, `API_KEY` or `userData`. */
export function isSecretField(name: string): boolean {
  const plain = name
    .slice(0, 256)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  return !NOT_SECRET.includes(plain) && SECRET_PARTS.some((part) => plain.includes(part));
}

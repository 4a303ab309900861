/** The path of a field of an object, as errors name it: `spec.size`. */
export function childPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

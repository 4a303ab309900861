/** Most files of a container. */
const MAX_FILES = 1_000;
/** Longest text of a file. */
export const MAX_TEXT = 64 * 1024;

/** Writes a file as far as the disk of a container has room; returns whether it has. */
export function writeFile(files: Map<string, string>, path: string, text: string): boolean {
  const hasRoom = files.size < MAX_FILES || files.has(path);
  if (hasRoom) files.set(path, text.slice(0, MAX_TEXT));
  return hasRoom && text.length <= MAX_TEXT;
}

/** Most files of a container. */
const MAX_FILES = 1_000;
/** Longest text of a file, and most characters of all files of a container. */
export const MAX_TEXT = 64 * 1024;
const MAX_DISK = 4 * 1024 * 1024;

/** Writes a file as far as the disk of a container has room; returns whether it has. */
export function writeFile(files: Map<string, string>, path: string, text: string): boolean {
  const before = files.get(path);
  if (before === undefined && files.size >= MAX_FILES) return false;
  let used = -(before?.length ?? 0);
  for (const { length } of files.values()) used += length;
  const room = Math.max(0, Math.min(MAX_TEXT, MAX_DISK - used));
  files.set(path, text.slice(0, room));
  return text.length <= room;
}

/**
 * The file of a worker thread that stands beside the calling module: compiled, or the source where sources are run as
 * they are. Workers are loaded by themselves, so they import only packages and types.
 */
export function workerFile(name: string, importMetaUrl: string): URL {
  return new URL(`./${name}${importMetaUrl.endsWith('.ts') ? '.ts' : '.js'}`, importMetaUrl);
}

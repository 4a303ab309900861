/**
 * URL of a worker thread's file in the folder of the calling module: the compiled file, or the source if sources run
 * directly. Workers import only packages and types.
 */
export function workerFile(name: string, importMetaUrl: string): URL {
  return new URL(`./${name}${importMetaUrl.endsWith('.ts') ? '.ts' : '.js'}`, importMetaUrl);
}

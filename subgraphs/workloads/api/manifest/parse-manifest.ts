import { throwProblem } from '../../../../kernel/result.js';
import { type ParsedYaml, type YamlCaller, yamlParser } from '../../../../kernel/yaml/yaml-parser.js';
import {
  type ManifestEntry,
  manifestEntries,
  MAX_MANIFEST_OBJECTS,
  rejectSize,
} from '../../model/manifest.rules.js';

/** Maximum size of a manifest in bytes of UTF-8. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;
/** Maximum number of characters of all its objects as JSON. */
const MAX_JSON_CHARACTERS = 4 * 1024 * 1024;

/**
 * Parses a manifest as kubectl does and expands lists. Throws LIMIT_EXCEEDED, TOO_MANY_REQUESTS if too many manifests
 * of the caller's account wait, and MANIFEST_INVALID with the path of each document that is not a Kubernetes object.
 */
export async function parseManifest(yaml: string, caller: YamlCaller): Promise<ManifestEntry[]> {
  const size = Buffer.byteLength(yaml);
  if (size > MAX_MANIFEST_BYTES)
    rejectSize(`A manifest may have ${MAX_MANIFEST_BYTES} bytes, it has ${size}.`);
  const limits = { documents: MAX_MANIFEST_OBJECTS, characters: MAX_JSON_CHARACTERS };
  const parsed = await yamlParser().parse(yaml, limits, caller);
  return 'exceeded' in parsed ? rejectExceeded(parsed.exceeded) : manifestEntries(parsed.documents);
}

function rejectExceeded(exceeded: Extract<ParsedYaml, { exceeded: string }>['exceeded']): never {
  switch (exceeded) {
    case 'documents':
      return rejectSize(`A manifest may have ${MAX_MANIFEST_OBJECTS} documents.`);
    case 'characters':
      return rejectSize(
        `A manifest may have ${MAX_JSON_CHARACTERS} characters, aliases and merge keys resolved.`,
      );
    case 'queue':
      return throwProblem(
        'TOO_MANY_REQUESTS',
        'Too many manifests of the account wait to be parsed. Try again.',
        { path: ['input', 'yaml'], details: { retryAfter: 1 } },
      );
    default:
      return rejectSize(`Parsing the manifest takes too much ${exceeded}. Make it smaller.`);
  }
}

import {
  type ApiResource,
  type DefinitionFile,
  nearestMinor,
  readDefinitionFile,
} from './definition-file.js';
import { SchemaNode } from './schema-node.js';

/** The API of a Kubernetes version: its resources and the schemas of its kinds. */
export class KubernetesApi {
  private readonly nodes = new Map<string, SchemaNode>();

  constructor(private readonly file: DefinitionFile) {}

  /** The version from which the data was taken, e.g. `1.34.3`. */
  get version(): string {
    return this.file.head.version;
  }

  /** Names of the API groups in the order of discovery. */
  get groups(): readonly string[] {
    return this.file.head.groups;
  }

  /** The schema of a kind, also of `DeleteOptions` with the group ''; undefined for kinds that Kubernetes does not have. */
  schemaOf(group: string, version: string, kind: string): SchemaNode | undefined {
    const name = this.definitionNameOf(group, version, kind);
    return name === undefined ? undefined : this.node(name);
  }

  definitionNameOf(group: string, version: string, kind: string): string | undefined {
    return this.file.head.kinds[group ? `${group}/${version}/${kind}` : `${version}/${kind}`];
  }

  /** Resources and subresources of `v1`, `apps/v1` …; empty for groups that Kubernetes does not have. */
  resourcesOf(groupVersion: string): readonly ApiResource[] {
    return this.file.head.resources[groupVersion] ?? [];
  }

  /** JSON of a definition, as in an OpenAPI v3 document. */
  definitionJson(name: string): string | undefined {
    return this.file.json(name);
  }

  private node(name: string): SchemaNode | undefined {
    const known = this.nodes.get(name);
    if (known) return known;
    const definition = this.file.definition(name);
    if (!definition) return undefined;
    const node = new SchemaNode(definition, (other) => this.node(other), name);
    this.nodes.set(name, node);
    return node;
  }
}

/** The API of the latest version that has data. */
export function latestApi(): KubernetesApi {
  return kubernetesApi('1.999.0');
}

const loaded = new Map<number, KubernetesApi>();
/** The APIs of the versions of control planes, of which the catalogue has a few. */
const byVersion = new Map<string, KubernetesApi>();
/** Maximum number of versions in `byVersion`. */
const MAX_VERSIONS = 100;

/**
 * The API of a control plane's version, e.g. `1.34.3`; that of the nearest minor version if there is no data of its own.
 * Read at its first use and shared by all clusters.
 */
export function kubernetesApi(version: string): KubernetesApi {
  const known = byVersion.get(version);
  if (known) return known;
  const minor = nearestMinor(version);
  const api = loaded.get(minor) ?? new KubernetesApi(readDefinitionFile(minor));
  loaded.set(minor, api);
  if (byVersion.size < MAX_VERSIONS) byVersion.set(version, api);
  return api;
}

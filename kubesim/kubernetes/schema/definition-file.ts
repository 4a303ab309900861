import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { packageRoot } from '../../../kernel/package-root.js';

/** A resource or subresource of a group and version, as in an APIResourceList. */
export interface ApiResource {
  /** `deployments`, or `deployments/scale`. */
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  /** Group and version of the kind; absent if they are those of the list. */
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

/** A schema as OpenAPI v3 documents of API servers write it. */
export interface Definition {
  readonly $ref?: string;
  readonly allOf?: readonly Definition[];
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Definition>>;
  readonly items?: Definition;
  readonly additionalProperties?: Definition;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-group-version-kind'?: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  }[];
}

interface Head {
  /** The version from which the file was taken. */
  readonly version: string;
  /** Names of the API groups in the order of discovery. */
  readonly groups: readonly string[];
  /** Resources by `v1`, `apps/v1` …. */
  readonly resources: Readonly<Record<string, readonly ApiResource[]>>;
  /** Names of definitions by `v1/Pod`, `apps/v1/Deployment` …. */
  readonly kinds: Readonly<Record<string, string>>;
}

const NEWLINE = 10;
/** Before the name in a line `["io.k8s.api.core.v1.Pod",{…}]`. */
const OPENING = '["'.length;

/**
 * The API of one Kubernetes version, written by scripts/kubernetes-api.mjs. Keeps the text (about 0.7 MB) and parses a
 * definition at its first use: parsed, all definitions of a version would take ten times as much.
 */
export class DefinitionFile {
  readonly head: Head;
  private readonly text: Buffer;
  /** Start and end of the JSON of each definition. */
  private readonly places = new Map<string, readonly [start: number, end: number]>();

  constructor(path: string) {
    this.text = brotliDecompressSync(readFileSync(path));
    const headEnd = this.text.indexOf(NEWLINE);
    this.head = JSON.parse(this.text.toString('utf8', 0, headEnd)) as Head;
    for (let start = headEnd + 1; start < this.text.length;) {
      const newline = this.text.indexOf(NEWLINE, start);
      const end = newline < 0 ? this.text.length : newline;
      const nameEnd = this.text.indexOf('"', start + OPENING);
      this.places.set(this.text.toString('utf8', start + OPENING, nameEnd), [nameEnd + '",'.length, end - 1]);
      start = end + 1;
    }
  }

  /** The JSON of a definition; undefined if there is none with the name. */
  json(name: string): string | undefined {
    const place = this.places.get(name);
    return place && this.text.toString('utf8', ...place);
  }

  definition(name: string): Definition | undefined {
    const json = this.json(name);
    return json === undefined ? undefined : (JSON.parse(json) as Definition);
  }
}

const folder = join(packageRoot, 'kubesim/kubernetes/schema/data');
const FILE = /^kubernetes-1\.(\d+)\.jsonl\.br$/;

/** The minor versions that have a file, ascending. */
let minors: readonly number[] | undefined;

/** The minor version with a file that is nearest to the version: the later one of two. */
export function nearestMinor(version: string): number {
  minors ??= readdirSync(folder)
    .flatMap((file) => FILE.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const wanted = Number(version.split('.')[1]);
  const distance = (minor: number) => Math.abs(minor - wanted);
  return minors.reduce((best, minor) => (distance(minor) <= distance(best) ? minor : best));
}

export function readDefinitionFile(minor: number): DefinitionFile {
  return new DefinitionFile(join(folder, `kubernetes-1.${minor}.jsonl.br`));
}

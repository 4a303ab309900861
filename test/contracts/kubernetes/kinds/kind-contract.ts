export type Manifest = Readonly<Record<string, unknown>>;

/** Defaults and rules of one kind. */
export interface KindContract {
  /** `v1`, `apps/v1`. */
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly clusterScoped?: true;
  /** The smallest valid object, without apiVersion, kind and metadata.name. */
  readonly minimal: Manifest;
  /** Name of its objects where the kind has a rule for it; default one that no other case has. */
  readonly name?: string;
  /** The fields that the API server adds to the minimal object. */
  readonly defaults?: Manifest;
  /** Invalid changes of the minimal object (as merge patches), with the expected causes, each `reason field`. */
  readonly invalid?: Readonly<Record<string, readonly [change: Manifest, ...causes: string[]]>>;
  /** Changes of the created minimal object that are rejected, with the expected causes. */
  readonly immutable?: Readonly<Record<string, readonly [change: Manifest, ...causes: string[]]>>;
}

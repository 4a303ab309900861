import {
  duplicate,
  forbiddenValue,
  formatCauses,
  invalidValue,
  notFoundValue,
  required,
} from '../schema/causes.js';
import type { Container, PodSpec, PodVolume, TokenFile, VolumeFiles } from './core.js';
import { dnsLabel } from './formats.js';
import { fieldCauses, resourceFieldCauses } from './environment-rules.js';
import { relativePathCauses, upwardPathCauses } from './path-rules.js';
import { quantity } from './quantity.js';
import type { Cause } from './resource.js';

/** Validates the volumes of a pod at `path`. */
export function podVolumeCauses({ volumes = [] }: PodSpec, path: string): Cause[] {
  return volumes.flatMap((volume, index) => {
    const at = `${path}[${index}]`;
    const { name, ...sources } = volume;
    const [, second] = Object.keys(sources);
    const isTwice = volumes.findIndex((other) => other.name === name) < index;
    return [
      ...(name ? formatCauses(`${at}.name`, name, dnsLabel) : []),
      ...(isTwice ? [duplicate(`${at}.name`, name)] : []),
      ...(second === undefined
        ? []
        : [forbiddenValue(`${at}.${second}`, 'may not specify more than 1 volume type')]),
      ...sourceCauses(volume, at),
    ];
  });
}

interface Files {
  readonly name?: string;
  readonly secretName?: string;
  readonly defaultMode?: number;
  readonly items?: readonly { readonly key?: string; readonly path?: string; readonly mode?: number }[];
}

type Projection = VolumeFiles & {
  readonly configMap?: Files;
  readonly secret?: Files;
};

type Sources = Projection & {
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly hostPath?: { readonly path?: string };
  readonly projected?: { readonly sources?: readonly Projection[]; readonly defaultMode?: number };
};

function sourceCauses(volume: PodVolume, path: string): Cause[] {
  const sources: Sources = volume as Sources;
  const { hostPath, emptyDir, projected } = sources;
  const why = 'SizeLimit field must be a valid resource quantity';
  return [
    ...(emptyDir && quantity(emptyDir.sizeLimit) < 0
      ? [forbiddenValue(`${path}.emptyDir.sizeLimit`, why)]
      : []),
    ...fileSourceCauses(sources, path, 'secretName'),
    ...(hostPath?.path ? upwardPathCauses(hostPath.path, `${path}.hostPath.path`) : []),
    ...(projected?.sources ?? []).flatMap((source, index) =>
      projectionCauses(source, `${path}.projected.sources[${index}]`),
    ),
    ...modeCauses(projected?.defaultMode, `${path}.projected.defaultMode`),
  ];
}

const SHORTEST_TOKEN_SECONDS = 600;
const LONGEST_TOKEN_SECONDS = 2 ** 32;

function fileSourceCauses(
  { configMap, secret, downwardAPI }: Projection,
  path: string,
  secretName: 'name' | 'secretName',
): Cause[] {
  return [
    ...(secret ? filesCauses(secret, secretName, `${path}.secret`) : []),
    ...(configMap ? filesCauses(configMap, 'name', `${path}.configMap`) : []),
    ...(downwardAPI ? downwardCauses(downwardAPI, `${path}.downwardAPI`) : []),
  ];
}

function projectionCauses(source: Projection, path: string): Cause[] {
  const { serviceAccountToken: token } = source;
  return [
    ...fileSourceCauses(source, path, 'name'),
    ...(token ? tokenCauses(token, `${path}.serviceAccountToken`) : []),
    ...(Object.keys(source).length > 1
      ? [forbiddenValue(path, 'may not specify more than 1 volume type per source')]
      : []),
  ];
}

function tokenCauses({ expirationSeconds }: TokenFile, path: string): Cause[] {
  return tokenDurationCauses(expirationSeconds, `${path}.expirationSeconds`);
}

/** Validates how long a token of a service account is valid. */
export function tokenDurationCauses(seconds = 3600, field: string): Cause[] {
  if (seconds < SHORTEST_TOKEN_SECONDS)
    return [invalidValue(field, seconds, 'may not specify a duration less than 10 minutes')];
  return seconds > LONGEST_TOKEN_SECONDS
    ? [invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds')]
    : [];
}

/** API servers report the file, not its place in the list. */
function downwardCauses({ items = [] }: NonNullable<VolumeFiles['downwardAPI']>, path: string): Cause[] {
  return items.flatMap(({ path: file, fieldRef, resourceFieldRef }) => [
    ...(file ? relativePathCauses(file, `${path}.path`) : []),
    ...fieldCauses(fieldRef, `${path}.fieldRef.fieldPath`),
    ...resourceFieldCauses(resourceFieldRef, `${path}.resourceFieldRef`),
    ...(fieldRef || resourceFieldRef
      ? []
      : [required(path, 'one of fieldRef and resourceFieldRef is required')]),
  ]);
}

function filesCauses(files: Files, name: 'name' | 'secretName', path: string): Cause[] {
  return [
    ...(files[name] ? [] : [required(`${path}.${name}`)]),
    ...modeCauses(files.defaultMode, `${path}.defaultMode`),
    ...(files.items ?? []).flatMap((item, index) => [
      ...(item.path ? relativePathCauses(item.path, `${path}.items[${index}].path`) : []),
      ...modeCauses(item.mode, `${path}.items[${index}].mode`),
    ]),
  ];
}

function modeCauses(mode: number | undefined, field: string): Cause[] {
  const why = 'must be a number between 0 and 0777 (octal), both inclusive';
  return mode === undefined || (mode >= 0 && mode <= 0o777) ? [] : [invalidValue(field, mode, why)];
}

/** Validates the mounts of a container of a pod with volumes of these names. */
export function mountCauses(
  { volumeMounts = [] }: Container,
  path: string,
  volumes: ReadonlySet<string>,
): Cause[] {
  const seen = new Set<string>();
  return volumeMounts.flatMap(({ name, mountPath, subPath = '' }, index) => {
    const at = `${path}[${index}]`;
    const isTwice = seen.has(mountPath);
    seen.add(mountPath);
    return [
      ...(!name || volumes.has(name) ? [] : [notFoundValue(`${at}.name`, name)]),
      ...(mountPath && isTwice ? [invalidValue(`${at}.mountPath`, mountPath, 'must be unique')] : []),
      // API servers report the list here.
      ...(subPath === '' ? [] : relativePathCauses(subPath, `${path}.subPath`)),
    ];
  });
}

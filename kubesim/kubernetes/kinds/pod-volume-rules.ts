import { duplicate, forbiddenValue, formatCauses, invalidValue, notFoundValue, required } from './causes.js';
import type { Container, PodSpec, PodVolume } from './core.js';
import { dnsLabel } from './formats.js';
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

function sourceCauses(volume: PodVolume, path: string): Cause[] {
  const { configMap, secret, hostPath } = volume as PodVolume & {
    readonly configMap?: Files;
    readonly secret?: Files;
    readonly hostPath?: { readonly path?: string };
  };
  return [
    ...(configMap ? filesCauses(configMap, 'name', `${path}.configMap`) : []),
    ...(secret ? filesCauses(secret, 'secretName', `${path}.secret`) : []),
    ...(hostPath?.path ? upwardCauses(hostPath.path, `${path}.hostPath.path`) : []),
  ];
}

function filesCauses(files: Files, name: 'name' | 'secretName', path: string): Cause[] {
  return [
    ...(files[name] ? [] : [required(`${path}.${name}`)]),
    ...modeCauses(files.defaultMode, `${path}.defaultMode`),
    ...(files.items ?? []).flatMap((item, index) => [
      ...(item.path ? pathCauses(item.path, `${path}.items[${index}].path`) : []),
      ...modeCauses(item.mode, `${path}.items[${index}].mode`),
    ]),
  ];
}

function modeCauses(mode: number | undefined, field: string): Cause[] {
  const why = 'must be a number between 0 and 0777 (octal), both inclusive';
  return mode === undefined || (mode >= 0 && mode <= 0o777) ? [] : [invalidValue(field, mode, why)];
}

/** A path inside a directory. */
function pathCauses(path: string, field: string): Cause[] {
  const isAbsolute = path.startsWith('/');
  return [
    ...(isAbsolute ? [invalidValue(field, path, 'must be a relative path')] : []),
    ...upwardCauses(path, field),
  ];
}

function upwardCauses(path: string, field: string): Cause[] {
  return path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : [];
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
      ...(subPath === '' ? [] : pathCauses(subPath, `${path}.subPath`)),
    ];
  });
}

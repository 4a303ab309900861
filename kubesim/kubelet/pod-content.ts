import type { KubeletClient } from '../kubelet-client.js';
import type {
  Container,
  EnvVar,
  KeyedFiles,
  KeyReference,
  OptionalReference,
  Pod,
  PodVolume,
  TokenFile,
  VolumeFiles,
} from '../kubernetes/kinds/core.js';
import { containerResource, podField } from './pod-fields.js';

/** The ConfigMaps and Secrets of a cluster. */
export type ContentSource = Pick<KubeletClient, 'configMap' | 'secret' | 'serviceAccountToken'>;

/** A container cannot be created, e.g. because a ConfigMap is missing; the message is that of a kubelet. */
export class ContainerConfigError extends Error {}

/** Most characters of the environment, and of the arguments, of a container; without references a request has room for fewer. */
const MAX_ARGUMENTS = 4 * 1024 * 1024;

type Data = Readonly<Record<string, string>>;

/** The environment of a container. Throws ContainerConfigError. */
export function environmentOf(source: ContentSource, pod: Pod, container: Container): Map<string, string> {
  const env = new Map<string, string>([
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOSTNAME', hostnameOf(pod)],
  ]);
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const data = configMapRef ? configMapData(source, pod, configMapRef) : secretData(source, pod, secretRef);
    for (const [key, value] of Object.entries(data ?? {})) env.set(`${prefix}${key}`, value);
  }
  const references = new References(env);
  for (const variable of container.env ?? []) {
    const value = valueOf(source, pod, { container, variable });
    if (value !== undefined) env.set(variable.name, references.expand(value));
  }
  return env;
}

/** The contents of the files in a container's volumes, by path. Throws ContainerConfigError. */
export function mountedFiles(source: ContentSource, pod: Pod, container: Container): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((candidate) => candidate.name === name);
    const contents = volume ? volumeContents(source, pod, volume) : new Map<string, string>();
    const root = mountPath.replace(/\/$/, '');
    for (const [path, text] of contents) {
      if (subPath === undefined) files.set(`${root}/${path}`, text);
      else if (path === subPath) files.set(root, text);
      else if (path.startsWith(`${subPath}/`)) files.set(`${root}${path.slice(subPath.length)}`, text);
    }
  }
  return files;
}

/** A source for what reads no tokens: one is never missing, and costs more than all else that a container starts with. */
export function withoutTokens(source: ContentSource): ContentSource {
  return {
    configMap: (namespace, name) => source.configMap(namespace, name),
    secret: (namespace, name) => source.secret(namespace, name),
    serviceAccountToken: () => undefined,
  };
}

/** Why a volume of the pod cannot be mounted; undefined if all can. */
export function missingVolume(source: ContentSource, pod: Pod): string | undefined {
  const checked = withoutTokens(source);
  for (const volume of pod.spec.volumes ?? []) {
    try {
      volumeContents(checked, pod, volume);
    } catch (error) {
      if (!(error instanceof ContainerConfigError)) throw error;
      return `MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`;
    }
  }
  return undefined;
}

/** Whether the command of a container names a path in a volume with a token: other programs do not read it. */
export function readsToken(
  { spec }: Pod,
  { command = [], args = [], volumeMounts = [] }: Container,
): boolean {
  const hasToken = (name: string) =>
    spec.volumes
      ?.find((volume) => volume.name === name)
      ?.projected?.sources?.some((source) => source.serviceAccountToken) ?? false;
  return volumeMounts.some(
    ({ name, mountPath }) => hasToken(name) && [...command, ...args].some((word) => word.includes(mountPath)),
  );
}

export function hostnameOf({ spec, metadata }: Pod): string {
  return spec.hostNetwork ? (spec.nodeName ?? '') : (spec.hostname ?? metadata.name);
}

/** References to variables in the values or the arguments of one container. */
export class References {
  private room = MAX_ARGUMENTS;

  constructor(private readonly env: ReadonlyMap<string, string>) {}

  /** Replaces `$(NAME)` by the variable; `$$` is `$`. Throws ContainerConfigError if all texts are too long together. */
  expand(text: string): string {
    this.take(text.length);
    return text.replaceAll(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (all, name: string | undefined) => {
      const value = name === undefined ? '$' : (this.env.get(name) ?? all);
      this.take(value.length - all.length);
      return value;
    });
  }

  private take(characters: number): void {
    this.room -= characters;
    if (this.room < 0) throw new ContainerConfigError('argument list too long');
  }
}

function valueOf(
  source: ContentSource,
  pod: Pod,
  { container, variable: { value, valueFrom } }: { readonly container: Container; readonly variable: EnvVar },
): string | undefined {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom ?? {};
  if (configMapKeyRef)
    return keyOf(configMapData(source, pod, configMapKeyRef), configMapKeyRef, { kind: 'ConfigMap', pod });
  if (secretKeyRef)
    return keyOf(secretData(source, pod, secretKeyRef), secretKeyRef, { kind: 'Secret', pod });
  if (fieldRef) return podField(pod, fieldRef);
  return resourceFieldRef ? containerResource(container, resourceFieldRef) : (value ?? '');
}

function keyOf(
  data: Data | undefined,
  { key, name = '', optional }: KeyReference,
  { kind, pod }: { readonly kind: string; readonly pod: Pod },
): string | undefined {
  const value = data?.[key];
  if (value !== undefined || optional) return value;
  throw new ContainerConfigError(
    `couldn't find key ${key} in ${kind} ${pod.metadata.namespace ?? ''}/${name}`,
  );
}

function configMapData(source: ContentSource, pod: Pod, reference: OptionalReference): Data | undefined {
  const { name = '', optional } = reference;
  const map = source.configMap(pod.metadata.namespace ?? '', name);
  if (!map && !optional) throw new ContainerConfigError(`configmap "${name}" not found`);
  return map && { ...decoded(map.binaryData), ...map.data };
}

function secretData(
  source: ContentSource,
  pod: Pod,
  reference: OptionalReference | undefined,
): Data | undefined {
  const { name = '', optional } = reference ?? { optional: true };
  const secret = source.secret(pod.metadata.namespace ?? '', name);
  if (!secret && !optional) throw new ContainerConfigError(`secret "${name}" not found`);
  return secret && decoded(secret.data);
}

function decoded(data: Data | undefined): Data {
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]),
  );
}

/** The files of a volume by their path in it. */
function volumeContents(source: ContentSource, pod: Pod, volume: PodVolume): Map<string, string> {
  const parts = [volume, ...(volume.projected?.sources ?? [])];
  return new Map(parts.flatMap((part) => filesOfPart(source, pod, part)));
}

function filesOfPart(
  source: ContentSource,
  pod: Pod,
  { configMap, secret, downwardAPI, serviceAccountToken }: VolumeFiles,
): (readonly [string, string])[] {
  const name = secret && { ...secret, name: secret.secretName ?? secret.name ?? '' };
  const downward = (downwardAPI?.items ?? []).map(({ path, fieldRef, resourceFieldRef }) => {
    const container = pod.spec.containers.find((each) => each.name === resourceFieldRef?.containerName);
    const value = resourceFieldRef ? containerResource(container, resourceFieldRef) : '';
    return [path, fieldRef ? podField(pod, fieldRef) : value] as const;
  });
  return [
    ...(serviceAccountToken ? tokenFiles(source, pod, serviceAccountToken) : []),
    ...(configMap ? keyedFiles(configMapData(source, pod, configMap), configMap) : []),
    ...(name ? keyedFiles(secretData(source, pod, name), name) : []),
    ...downward,
  ];
}

function tokenFiles(source: ContentSource, pod: Pod, file: TokenFile): (readonly [string, string])[] {
  const token = source.serviceAccountToken(pod, file);
  return token === undefined ? [] : [[file.path, token]];
}

function keyedFiles(data: Data | undefined, { items, optional }: KeyedFiles): (readonly [string, string])[] {
  if (!items) return Object.entries(data ?? {});
  return items.flatMap(({ key, path }) => {
    const text = data?.[key];
    if (text === undefined && !optional)
      throw new ContainerConfigError(`references non-existent config key: ${key}`);
    return text === undefined ? [] : [[path, text] as const];
  });
}

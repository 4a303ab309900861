import type { ApiClient } from '../../api-client.js';
import type { CaseContext } from '../../contract-case.js';
import { expectSuccess } from '../../expectations.js';
import type { Answer, ClientConfig } from '../../webhook-server.js';

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

type Fields = Readonly<Record<string, unknown>>;

/** An object that a webhook converts. */
export interface Converted {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Fields;
  readonly spec?: Fields;
  readonly status?: Fields;
}

/** The `request` of a ConversionReview. */
export interface ConversionRequest {
  readonly uid: string;
  readonly desiredAPIVersion: string;
  readonly objects: readonly Converted[];
}

/** What a webhook answers to a request for conversion. */
export type Converter = (request: ConversionRequest) => Answer;

/** Converts `address` of v1 to `host` and `port` of v2, and back. */
export function convert(object: Converted, apiVersion: string): Converted {
  const { spec: { address, host, port, ...spec } = {} } = object;
  if (apiVersion.endsWith('/v1')) {
    const joined = host === undefined ? {} : { address: `${String(host)}:${String(port)}` };
    return { ...object, apiVersion, spec: { ...spec, ...joined } };
  }
  const [name, number] = String(address).split(':');
  return {
    ...object,
    apiVersion,
    spec: { ...spec, ...(address !== undefined && { host: name, port: number }) },
  };
}

/** The answer with these objects. */
export function success(convertedObjects: readonly unknown[]): Answer {
  return { convertedObjects, result: { status: 'Success' } };
}

/** Converts all objects of a request. */
export const converting: Converter = ({ objects, desiredAPIVersion }) =>
  success(objects.map((object) => convert(object, desiredAPIVersion)));

const text = { type: 'string' };

function schemaWith(fields: object): object {
  const status = { type: 'object', properties: { replicas: { type: 'integer' }, phase: text } };
  const spec = { type: 'object', properties: { replicas: { type: 'integer' }, ...fields } };
  return { openAPIV3Schema: { type: 'object', properties: { spec, status } } };
}

export const subresources = {
  status: {},
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
};

/** The versions of the kind Endpoint. The first is stored. */
export const VERSIONS = [
  { name: 'v1', served: true, storage: true, schema: schemaWith({ address: { ...text, maxLength: 20 } }) },
  {
    name: 'v2',
    served: true,
    storage: false,
    schema: schemaWith({ host: text, port: text, protocol: { ...text, default: 'tcp' } }),
  },
];

export interface Defined {
  readonly api: ApiClient;
  readonly group: string;
  readonly definition: string;
  /** Path of the collection in a version, with the name of an object if it is given. */
  path(version: string, name?: string): string;
  /** A manifest in a version. */
  endpoint(version: string, name: string, spec: Fields): Fields;
  /** Creates an object of v1. */
  create(name: string, address?: string): Promise<void>;
  /** Stores objects in another version from now on. */
  store(version: string): Promise<void>;
}

interface Options {
  readonly converter?: Converter;
  readonly versions?: readonly object[];
  readonly clientConfig?: ClientConfig | object;
}

/** Creates a definition whose versions a webhook converts, and waits until it is served. */
export async function define(
  { api, namespace, unique, eventually, serve }: CaseContext,
  { converter = converting, versions = VERSIONS, clientConfig }: Options = {},
): Promise<Defined> {
  const group = `${unique('group')}.example.com`;
  const definition = `${DEFINITIONS}/endpoints.${group}`;
  const path = (version: string, name?: string) =>
    `/apis/${group}/${version}/namespaces/${namespace}/endpoints${name === undefined ? '' : `/${name}`}`;
  const endpoint = (version: string, name: string, spec: Fields) => ({
    apiVersion: `${group}/${version}`,
    kind: 'Endpoint',
    metadata: { name },
    spec,
  });
  const own = clientConfig ?? serve((request) => converter(request as unknown as ConversionRequest));
  const spec = {
    group,
    scope: 'Namespaced',
    names: { plural: 'endpoints', singular: 'endpoint', kind: 'Endpoint' },
    versions,
    conversion: {
      strategy: 'Webhook',
      webhook: { clientConfig: own, conversionReviewVersions: ['v1', 'v1beta1'] },
    },
  };
  expectSuccess(await api.post(DEFINITIONS, { metadata: { name: `endpoints.${group}` }, spec }), 201);
  await eventually(async () => (await api.get(path('v1'))).status === 200);
  return {
    ...{ api, group, definition, path, endpoint },
    async create(name, address = 'a:1') {
      expectSuccess(await api.post(path('v1'), endpoint('v1', name, { address })), 201);
    },
    async store(version) {
      const stored = VERSIONS.map((each) => ({ ...each, storage: each.name === version }));
      expectSuccess(await api.patch(definition, 'merge', { spec: { versions: stored } }));
      // The API server changes to the new version a moment later.
      await eventually(async () => {
        const name = unique('probe');
        await api.post(path(version), endpoint(version, name, {}));
        const { body } = await api.get(definition);
        return (body.status['storedVersions'] as string[]).includes(version);
      });
    },
  };
}

import { expect } from 'vitest';
import type { Area, CaseContext } from '../../contract-case.js';
import { causesOf, expectSuccess } from '../../expectations.js';
import {
  type Converted,
  type ConversionRequest,
  type Converter,
  convert,
  define,
  DEFINITIONS,
  success,
  VERSIONS,
} from './endpoint-definition.js';

/** The answer to a read in v2, without the group in its texts. */
async function readBy(context: CaseContext, converter: Converter, uids?: string[]): Promise<string> {
  const { api, group, path, create } = await define(context, {
    converter(request) {
      uids?.push(request.uid);
      return converter(request);
    },
  });
  await create('a');
  const { status, body } = await api.get(path('v2', 'a'));
  expect({ status, body }).toMatchObject({ status: 500, body: { kind: 'Status', code: 500 } });
  expect(body.reason).toBeUndefined();
  return body.message.replaceAll(group, 'GROUP');
}

/** The answer of a webhook that changes each object that it has converted. */
function changing(change: (object: Converted) => unknown): Converter {
  return ({ objects, desiredAPIVersion }: ConversionRequest) =>
    success(objects.map((object) => change(convert(object, desiredAPIVersion))));
}

const OF = 'conversion webhook for GROUP/v1, Kind=Endpoint';

const INVALID: Readonly<Record<string, readonly [Converter, string]>> = {
  'a failure with a message': [
    () => ({ convertedObjects: [], result: { status: 'Failure', message: 'not today' } }),
    'failed: not today',
  ],
  'a failure without a message': [
    () => ({ convertedObjects: [], result: { status: 'Failure' } }),
    "failed: response.result.status was 'Failure', not 'Success'",
  ],
  'another number of objects': [() => success([]), 'returned 0 objects, expected 1'],
  'an object of another version': [
    changing((object) => ({ ...object, apiVersion: 'example.com/v9' })),
    'returned invalid object at index 0: invalid groupVersion (expected GROUP/v2, received example.com/v9)',
  ],
  'an object of another kind': [
    changing((object) => ({ ...object, kind: 'Other' })),
    'returned invalid object at index 0: invalid kind (expected Endpoint, received Other)',
  ],
  'an object of another name': [
    changing((object) => ({ ...object, metadata: { ...object.metadata, name: 'b' } })),
    'returned invalid object: must have the same name: a != b',
  ],
  'an object of another namespace': [
    changing((object) => ({ ...object, metadata: { ...object.metadata, namespace: 'b' } })),
    'returned invalid object: must have the same namespace: NAMESPACE != b',
  ],
  'an object without a uid': [
    changing((object) => ({ ...object, metadata: { ...object.metadata, uid: '' } })),
    'returned invalid object: must have the same UID: UID != ',
  ],
  'labels that are no text': [
    changing((object) => ({ ...object, metadata: { ...object.metadata, labels: { a: 1 } } })),
    'returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object',
  ],
  'labels that are none': [
    changing((object) => ({ ...object, metadata: { ...object.metadata, labels: 'a' } })),
    'returned invalid metadata: invalid metadata.labels of type string in converted object',
  ],
  'invalid labels': [
    changing((object) => ({ ...object, metadata: { ...object.metadata, labels: { 'a b': 'c' } } })),
    `returned invalid metadata: metadata.labels: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
  ],
};

const cases: Area['cases'] = Object.fromEntries(
  Object.entries(INVALID).map(([what, [converter, message]]) => [
    `refuses ${what} of a conversion webhook`,
    async (context: CaseContext) => {
      const text = (await readBy(context, converter))
        .replace(context.namespace, 'NAMESPACE')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'UID');
      expect(text).toBe(`${OF} ${message}`);
    },
  ]),
);

/** What conversion webhooks answer that is no conversion. */
export const failures: Area['cases'] = {
  ...cases,

  async 'refuses the answer of a conversion webhook to another request'(context) {
    const uids: string[] = [];
    const text = await readBy(context, (request) => ({ ...success(request.objects), uid: 'other' }), uids);
    const uid = /response\.uid="([^"]*)"/.exec(text)?.[1];
    expect(text).toBe(`${OF} failed: expected response.uid="${uid}", got "other"`);
    // The API server calls the webhook for its own watches as well.
    expect(uids).toContain(uid);
  },

  async 'fails a read whose conversion webhook answers with an error'(context) {
    const text = await readBy(context, () => ({ status: 503, body: '{}' }));
    expect(text).toBe(`${OF} failed: the server is currently unable to handle the request`);
  },

  async 'fails a read whose conversion webhook answers with endless lists in each other'(context) {
    const text = await readBy(context, () => ({
      status: 200,
      body: `{"response":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    }));
    expect(text).toContain(`${OF} failed: couldn't get version/kind; json parse error: `);
  },

  async 'fails requests while no conversion webhook can be reached'(context) {
    const { api, group, path, endpoint, create } = await define(context, {
      clientConfig: { service: { namespace: context.namespace, name: 'none' } },
    });
    await create('a');
    const call = `Post "https://none.${context.namespace}.svc:443/?timeout=30s": service "none" not found`;
    const failed = (version: string) =>
      `conversion webhook for ${group}/${version}, Kind=Endpoint failed: ${call}`;
    const read = await api.get(path('v2', 'a'));
    expect([read.status, read.body.message]).toEqual([500, failed('v1')]);
    const created = await api.post(path('v2'), endpoint('v2', 'b', { host: 'b' }));
    expect([created.status, created.body.message]).toEqual([500, failed('v2')]);
    const patched = await api.patch(path('v2', 'a'), 'merge', { spec: { host: 'b' } });
    expect([patched.status, patched.body.message]).toEqual([500, failed('v1')]);
    const deleted = await api.delete(path('v2', 'a'));
    expect([deleted.status, deleted.body.message]).toEqual([500, failed('v1')]);
    expectSuccess(await api.delete(path('v1', 'a')));
  },

  async 'validates the conversion of a definition'({ api, unique }) {
    const group = `${unique('group')}.example.com`;
    const causes = async (conversion: object) =>
      causesOf(
        await api.post(`${DEFINITIONS}?dryRun=All`, {
          metadata: { name: `endpoints.${group}` },
          spec: {
            group,
            scope: 'Namespaced',
            names: { plural: 'endpoints', kind: 'Endpoint' },
            versions: VERSIONS,
            conversion,
          },
        }),
      );
    const versions = { conversionReviewVersions: ['v1'] };
    expect(await causes({ strategy: 'Webhook', webhook: { ...versions, clientConfig: {} } })).toEqual([
      'FieldValueRequired spec.conversion.webhookClientConfig',
    ]);
    const url = { url: 'http://example.com' };
    expect(await causes({ strategy: 'Webhook', webhook: { ...versions, clientConfig: url } })).toEqual([
      'FieldValueInvalid spec.conversion.webhookClientConfig.url',
    ]);
    const secure = { clientConfig: { url: 'https://example.com' } };
    expect(
      await causes({ strategy: 'Webhook', webhook: { ...secure, conversionReviewVersions: ['v9'] } }),
    ).toEqual(['FieldValueInvalid spec.conversion.conversionReviewVersions']);
    expect(
      await causes({ strategy: 'Webhook', webhook: { ...secure, conversionReviewVersions: ['v1', 'v1'] } }),
    ).toEqual(['FieldValueInvalid spec.conversion.conversionReviewVersions[1]']);
    expect(await causes({ strategy: 'None', webhook: { ...secure, ...versions } })).toEqual([
      'FieldValueForbidden spec.conversion.webhookClientConfig',
      'FieldValueForbidden spec.conversion.conversionReviewVersions',
    ]);
  },
};

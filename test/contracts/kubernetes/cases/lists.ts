import { expect } from 'vitest';
import type { ApiClient, ApiResponse } from '../api-client.js';
import type { Area } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';
import { configMap, pod } from '../manifests.js';
import { configMapsOf, podsOf } from '../paths.js';

/** Creates ConfigMaps with the label `color`, which is that of the name's position. */
async function createMaps(api: ApiClient, namespace: string, ...names: string[]): Promise<void> {
  const colors = ['red', 'green', 'blue'];
  for (const [index, name] of names.entries()) {
    const labels = { set: 'mine', color: colors[index % colors.length] };
    await api.post(configMapsOf(namespace), { ...configMap(name), metadata: { name, labels } });
  }
}

const namesIn = (response: ApiResponse) => expectSuccess(response).items.map(({ metadata }) => metadata.name);

/** Label selectors and the names of those that they select among a (red), b (green), c (blue), d (red). */
const SELECTORS: readonly [selector: string, names: string][] = [
  ['color=red', 'a,d'],
  ['color==red', 'a,d'],
  ['color!=red', 'b,c'],
  ['color in (red,blue)', 'a,c,d'],
  ['color notin (red,blue)', 'b'],
  ['color', 'a,b,c,d'],
  ['!color', ''],
  ['color=red,set=mine', 'a,d'],
];

const selectorCases = SELECTORS.map(([selector, names]) => {
  const run: Area['cases'][string] = async ({ api, namespace }) => {
    await createMaps(api, namespace, 'a', 'b', 'c', 'd');
    const query = `labelSelector=${encodeURIComponent(`set=mine,${selector}`)}`;
    expect(namesIn(await api.get(`${configMapsOf(namespace)}?${query}`)).join()).toBe(names);
  };
  return [`selects by the label selector ${selector}`, run] as const;
});

/** Reading collections: order, pages, versions, selectors. */
/** Label selectors that cannot be parsed, with a part of the error. */
const MALFORMED_SELECTORS: readonly (readonly [selector: string, message: string])[] = [
  [',', "found ',', expected: !, identifier, or 'end of string'"],
  ['(', "found '(', expected: !, identifier, or 'end of string'"],
  ['a,', "found '', expected: identifier after ','"],
  ['a,,b', "found ',', expected: identifier after ','"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['a in', "unable to parse requirement: found '' expected: '('"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a in (=)', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
  ['a=(', "unable to parse requirement: found '(', expected: identifier"],
  ['a=b=c', "found '=', expected: ',' or 'end of string'"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
  ['!a=b', "found '=', expected: ',' or 'end of string'"],
  ['a>x', `values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`],
  ['a>9223372036854775808', 'the value must be an integer'],
  ['a>', `values[0]: Invalid value: "": for 'Gt', 'Lt' operators, the value must be an integer`],
  ['a/b/c', 'unable to parse requirement: <nil>: Invalid value: "a/b/c": '],
  ['a=-', 'unable to parse requirement: values[0][a]: Invalid value: "-": '],
];

export const lists: Area = {
  name: 'lists',
  cases: {
    async 'lists in the order of names'({ api, namespace }) {
      await createMaps(api, namespace, 'b', 'c', 'a');
      expect(namesIn(await api.get(`${configMapsOf(namespace)}?labelSelector=set=mine`))).toEqual([
        'a',
        'b',
        'c',
      ]);
    },

    async 'omits kind and apiVersion of the items of a list'({ api, namespace }) {
      await createMaps(api, namespace, 'a');
      const list = expectSuccess(await api.get(`${configMapsOf(namespace)}?labelSelector=set=mine`));
      expect(list).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
      expect(list.items[0]).not.toHaveProperty('kind');
    },

    async 'serves an empty list of a namespace that does not exist'({ api }) {
      const list = expectSuccess(await api.get(configMapsOf('never-made')));
      expect(list.items).toEqual([]);
    },

    async 'serves pages by limit and continue'({ api, namespace }) {
      await createMaps(api, namespace, 'a', 'b', 'c', 'd', 'e');
      const path = `${configMapsOf(namespace)}?limit=2`;
      const first = await api.get(path);
      const { continue: token, remainingItemCount } = first.body.metadata;
      // kube-root-ca.crt, which a controller makes, comes after all of them.
      expect(namesIn(first)).toEqual(['a', 'b']);
      expect(remainingItemCount).toBeGreaterThanOrEqual(3);
      const second = await api.get(`${path}&continue=${encodeURIComponent(token ?? '')}`);
      expect(namesIn(second)).toEqual(['c', 'd']);
      expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    },

    async 'omits remainingItemCount in a selection'({ api, namespace }) {
      await createMaps(api, namespace, 'a', 'b', 'c');
      const { metadata } = expectSuccess(
        await api.get(`${configMapsOf(namespace)}?labelSelector=set=mine&limit=2`),
      );
      expect(metadata.continue).toBeTruthy();
      expect(metadata.remainingItemCount).toBeUndefined();
    },

    async 'serves pages of the state at the first one'({ api, namespace }) {
      await createMaps(api, namespace, 'a', 'b', 'c', 'd');
      const path = `${configMapsOf(namespace)}?labelSelector=set=mine&limit=2`;
      const { continue: token } = expectSuccess(await api.get(path)).metadata;
      await api.delete(`${configMapsOf(namespace)}/c`);
      await createMaps(api, namespace, 'cc');
      const second = await api.get(`${path}&continue=${encodeURIComponent(token ?? '')}`);
      expect(namesIn(second)).toEqual(['c', 'd']);
    },

    async 'rejects a continue token that is none'({ api, namespace }) {
      expectError(await api.get(`${configMapsOf(namespace)}?limit=1&continue=abc`), 400, 'BadRequest');
    },

    async 'rejects a continue token with a resourceVersion'({ api, namespace }) {
      await createMaps(api, namespace, 'a', 'b');
      const { continue: token, resourceVersion } = (await api.get(`${configMapsOf(namespace)}?limit=1`)).body
        .metadata;
      const query = `limit=1&continue=${encodeURIComponent(token ?? '')}&resourceVersion=${resourceVersion}`;
      expectError(await api.get(`${configMapsOf(namespace)}?${query}`), 400, 'BadRequest');
    },

    async 'ignores the limit at resourceVersion 0'({ api, namespace, eventually }) {
      await createMaps(api, namespace, 'a', 'b', 'c');
      await eventually(async () => {
        const list = await api.get(`${configMapsOf(namespace)}?resourceVersion=0&limit=1`);
        return list.body.items.length >= 3 && list.body.metadata.continue === undefined;
      });
    },

    async 'serves a list that is not older than a resourceVersion'({ api, namespace }) {
      const created = await api.post(configMapsOf(namespace), configMap('a'));
      const { resourceVersion } = created.body.metadata;
      const query = `resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`;
      expect(namesIn(await api.get(`${configMapsOf(namespace)}?${query}`))).toContain('a');
    },

    async 'serves the list at an exact resourceVersion'({ api, namespace }) {
      await createMaps(api, namespace, 'a');
      const { resourceVersion } = (await api.get(configMapsOf(namespace))).body.metadata;
      await createMaps(api, namespace, 'b');
      const query = `labelSelector=set=mine&resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`;
      const list = await api.get(`${configMapsOf(namespace)}?${query}`);
      expect(namesIn(list)).toEqual(['a']);
      expect(list.body.metadata.resourceVersion).toBe(resourceVersion);
    },

    async 'rejects resourceVersionMatch without resourceVersion'({ api, namespace }) {
      const rejected = await api.get(`${configMapsOf(namespace)}?resourceVersionMatch=Exact`);
      expectInvalid(rejected, 'FieldValueForbidden resourceVersionMatch');
    },

    async 'rejects an unknown resourceVersionMatch'({ api, namespace }) {
      const rejected = await api.get(
        `${configMapsOf(namespace)}?resourceVersion=1&resourceVersionMatch=About`,
      );
      expectInvalid(rejected, 'FieldValueNotSupported resourceVersionMatch');
    },

    async 'rejects the exact resourceVersion 0'({ api, namespace }) {
      const rejected = await api.get(
        `${configMapsOf(namespace)}?resourceVersion=0&resourceVersionMatch=Exact`,
      );
      expectInvalid(rejected, 'FieldValueForbidden resourceVersionMatch');
    },

    async 'rejects a resourceVersion that is no number'({ api, namespace }) {
      const rejected = await api.get(`${configMapsOf(namespace)}?resourceVersion=new`);
      expect(rejected.status).toBe(400);
    },

    async 'asks to come back for a resourceVersion of the future'({ api, namespace }) {
      const { resourceVersion } = (await api.get(configMapsOf(namespace))).body.metadata;
      const future = Number(resourceVersion) + 1_000_000;
      const response = await api.get(`${configMapsOf(namespace)}?resourceVersion=${future}`);
      expectError(response, 504, 'Timeout');
      expect(response.body.message).toMatch(/^Timeout: Too large resource version: \d+, current: \d+$/);
      expect(response.body.details).toMatchObject({
        retryAfterSeconds: 1,
        causes: [{ reason: 'ResourceVersionTooLarge' }],
      });
    },

    async 'selects by metadata.name'({ api, namespace }) {
      await createMaps(api, namespace, 'a', 'b');
      expect(namesIn(await api.get(`${configMapsOf(namespace)}?fieldSelector=metadata.name=b`))).toEqual([
        'b',
      ]);
      const others = `${configMapsOf(namespace)}?labelSelector=set=mine&fieldSelector=metadata.name!=b`;
      expect(namesIn(await api.get(others))).toEqual(['a']);
    },

    async 'selects by metadata.namespace in all namespaces'({ api, namespace }) {
      await createMaps(api, namespace, 'a');
      const list = await api.get(
        `/api/v1/configmaps?labelSelector=set=mine&fieldSelector=metadata.namespace=${namespace}`,
      );
      expect(namesIn(list)).toEqual(['a']);
    },

    async 'selects pods by phase and node'({ api, namespace, eventually }) {
      await eventually(async () => (await api.post(podsOf(namespace), pod('web'))).status === 201);
      const selected = (selector: string) => api.get(`${podsOf(namespace)}?fieldSelector=${selector}`);
      expect(namesIn(await selected('status.phase=Pending'))).toEqual(['web']);
      expect(namesIn(await selected('spec.nodeName='))).toEqual(['web']);
      expect(namesIn(await selected('status.phase=Running'))).toEqual([]);
      expect(
        namesIn(await selected('spec.restartPolicy=Always,spec.schedulerName=default-scheduler')),
      ).toEqual(['web']);
    },

    async 'selects nodes by spec.unschedulable'({ api, unique }) {
      const name = unique('node');
      await api.post('/api/v1/nodes', { metadata: { name, labels: { name } } });
      const selected = (value: string) =>
        api.get(`/api/v1/nodes?labelSelector=name=${name}&fieldSelector=spec.unschedulable=${value}`);
      expect(namesIn(await selected('false'))).toEqual([name]);
      expect(namesIn(await selected('true'))).toEqual([]);
      await api.patch(`/api/v1/nodes/${name}`, 'merge', { spec: { unschedulable: true } });
      expect(namesIn(await selected('true'))).toEqual([name]);
    },

    async 'selects Secrets by type'({ api, namespace }) {
      const path = `/api/v1/namespaces/${namespace}/secrets`;
      await api.post(path, { metadata: { name: 'a' } });
      await api.post(path, { metadata: { name: 'b' }, type: 'example.com/b' });
      expect(namesIn(await api.get(`${path}?fieldSelector=type=Opaque`))).toEqual(['a']);
    },

    async 'rejects a field selector of an unknown field'({ api, namespace }) {
      const rejected = await api.get(`${configMapsOf(namespace)}?fieldSelector=data.a=1`);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toContain('"data.a" is not a known field selector');
    },

    async 'selects by labels that are greater or less than a number'({ api, namespace }) {
      for (const size of ['2', '3', '10', 'x', ''])
        await api.post(configMapsOf(namespace), {
          metadata: { name: `map-${size || 'empty'}`, labels: { size } },
        });
      const selected = async (selector: string) =>
        namesIn(await api.get(`${configMapsOf(namespace)}?labelSelector=${encodeURIComponent(selector)}`));
      expect(await selected('size>2')).toEqual(['map-10', 'map-3']);
      expect(await selected('size > 0 , size<10')).toEqual(['map-2', 'map-3']);
      expect(await selected('size in (,x),size notin (3)')).toEqual(['map-empty', 'map-x']);
    },

    ...Object.fromEntries(
      MALFORMED_SELECTORS.map(([selector, message]) => {
        const run: Area['cases'][string] = async ({ api, namespace }) => {
          const rejected = await api.get(
            `${configMapsOf(namespace)}?labelSelector=${encodeURIComponent(selector)}`,
          );
          expectError(rejected, 400, 'BadRequest');
          expect(rejected.body.message).toContain(message);
        };
        return [`rejects the label selector ${selector}`, run];
      }),
    ),

    async 'serves an object at resourceVersion 0'({ api, namespace, eventually }) {
      await createMaps(api, namespace, 'a');
      await eventually(
        async () => (await api.get(`${configMapsOf(namespace)}/a?resourceVersion=0`)).status === 200,
      );
    },

    async 'answers 404 with the name and kind of an object that does not exist'({ api, namespace }) {
      const response = await api.get(`${configMapsOf(namespace)}/none`);
      expectError(response, 404, 'NotFound');
      expect(response.body).toMatchObject({
        message: 'configmaps "none" not found',
        details: { name: 'none', kind: 'configmaps' },
      });
    },

    ...Object.fromEntries(selectorCases),
  },
};

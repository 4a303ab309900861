import { expect } from 'vitest';
import type { Area } from '../../contract-case.js';
import { expectError, expectInvalid, expectSuccess, ownedBy } from '../../expectations.js';
import { configMap } from '../../manifests.js';
import { configMapsOf } from '../../paths.js';
import { a, b, applyMap } from './managers.js';

/** Which requests are accepted, and what a body may contain. */
export const applyRequests: Area['cases'] = {
  async 'creates an object that does not exist, and answers 201'({ api, namespace }) {
    const created = await applyMap(api, namespace, { x: '1' }, a);
    expect(created.status).toBe(201);
    expect(ownedBy(created, 'a')).toEqual({
      manager: 'a',
      operation: 'Apply',
      apiVersion: 'v1',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:x': {} } },
    });
    expect(created.body.metadata.managedFields).toHaveLength(1);
  },

  async 'changes nothing, not even the resourceVersion, when the same is applied again'({ api, namespace }) {
    const first = await applyMap(api, namespace, { x: '1' }, a);
    const second = await applyMap(api, namespace, { x: '1' }, a);
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
  },

  async 'accepts YAML'({ api, namespace }) {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\ndata:\n  x: "1" # a comment\n';
    const created = await api.apply(`${configMapsOf(namespace)}/map`, text, a);
    expect(expectSuccess(created, 201).data).toEqual({ x: '1' });
  },

  async 'needs a fieldManager'({ api, namespace }) {
    expectInvalid(await applyMap(api, namespace, {}, {}), 'FieldValueRequired fieldManager');
  },

  async 'rejects a fieldManager of more than 128 characters'({ api, namespace }) {
    const rejected = await applyMap(api, namespace, {}, { manager: 'x'.repeat(129) });
    expectInvalid(rejected, 'FieldValueTooLong fieldManager');
  },

  async 'rejects a fieldManager that cannot be printed'({ api, namespace }) {
    const rejected = await applyMap(api, namespace, {}, { manager: 'a\n' });
    expectInvalid(rejected, 'FieldValueInvalid fieldManager');
  },

  async 'rejects force for another kind of patch'({ api, namespace }) {
    await applyMap(api, namespace, {}, a);
    const rejected = await api.patch(`${configMapsOf(namespace)}/map?force=true`, 'merge', { data: {} });
    expectInvalid(rejected, 'FieldValueForbidden force');
  },

  async 'rejects a body without kind'({ api, namespace }) {
    const body = { apiVersion: 'v1', metadata: { name: 'map' } };
    expectError(await api.apply(`${configMapsOf(namespace)}/map`, body, a), 400, 'BadRequest');
  },

  async 'rejects a body of another kind'({ api, namespace }) {
    const body = { ...configMap('map'), kind: 'Secret' };
    expectError(await api.apply(`${configMapsOf(namespace)}/map`, body, a), 400, 'BadRequest');
  },

  async 'rejects a body of another name than the path'({ api, namespace }) {
    const rejected = await api.apply(`${configMapsOf(namespace)}/map`, configMap('other'), a);
    expectError(rejected, 400, 'BadRequest');
  },

  async 'rejects a body of another namespace than the path'({ api, namespace }) {
    const body = { ...configMap('map'), metadata: { name: 'map', namespace: 'default' } };
    expectError(await api.apply(`${configMapsOf(namespace)}/map`, body, a), 400, 'BadRequest');
  },

  async 'rejects a body with managedFields'({ api, namespace }) {
    const { body } = await applyMap(api, namespace, { x: '1' }, a);
    const rejected = await api.apply(`${configMapsOf(namespace)}/map`, body, a);
    expectError(rejected, 400, 'BadRequest');
    expect(rejected.body.message).toBe('metadata.managedFields must be nil');
  },

  async 'rejects a body that is no YAML'({ api, namespace }) {
    expectError(await api.apply(`${configMapsOf(namespace)}/map`, '{', a), 400, 'BadRequest');
  },

  async 'refuses to apply to a collection'({ api, namespace }) {
    expectError(await api.apply(configMapsOf(namespace), configMap('map'), a), 405, 'MethodNotAllowed');
  },

  async 'leaves no trace of a dry run'({ api, namespace }) {
    const dry = await applyMap(api, namespace, { x: '1' }, { ...a, query: 'dryRun=All' });
    expect(ownedBy(dry, 'a')?.fieldsV1).toEqual({ 'f:data': { 'f:x': {} } });
    expectError(await api.get(`${configMapsOf(namespace)}/map`), 404, 'NotFound');
  },

  async 'rejects an old resourceVersion in the body'({ api, namespace }) {
    const { body } = await applyMap(api, namespace, { x: '1' }, a);
    await applyMap(api, namespace, { x: '2' }, a);
    const { resourceVersion } = body.metadata;
    const late = { ...configMap('map', { x: '3' }), metadata: { name: 'map', resourceVersion } };
    expectError(await api.apply(`${configMapsOf(namespace)}/map`, late, a), 409, 'Conflict');
  },

  async 'rejects the uid of another object in the body'({ api, namespace }) {
    await applyMap(api, namespace, { x: '1' }, a);
    const uid = '7f3c9a52-6f0e-4c0e-9d0a-2b1a6f1f2d11';
    const other = { ...configMap('map'), metadata: { name: 'map', uid } };
    expectInvalid(
      await api.apply(`${configMapsOf(namespace)}/map`, other, a),
      ...Array<string>(2).fill('FieldValueInvalid metadata.uid'),
    );
  },

  async 'creates nothing for a body with a uid'({ api, namespace }) {
    const uid = '7f3c9a52-6f0e-4c0e-9d0a-2b1a6f1f2d11';
    const absent = { ...configMap('map'), metadata: { name: 'map', uid } };
    expectError(await api.apply(`${configMapsOf(namespace)}/map`, absent, a), 409, 'Conflict');
  },

  async 'creates a deleted object again'({ api, namespace }) {
    const { body: first } = await applyMap(api, namespace, { x: '1' }, a);
    await api.delete(`${configMapsOf(namespace)}/map`);
    const again = await applyMap(api, namespace, { x: '2' }, b);
    expect(again.status).toBe(201);
    expect(again.body.metadata.uid).not.toBe(first.metadata.uid);
    expect(ownedBy(again, 'a')).toBeUndefined();
  },
};

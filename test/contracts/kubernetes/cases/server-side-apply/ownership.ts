import { expect } from 'vitest';
import type { Area } from '../../contract-case.js';
import { causesOf, expectError, expectSuccess, ownedBy } from '../../expectations.js';
import { configMap } from '../../manifests.js';
import { configMapsOf } from '../../paths.js';
import { a, b, applyMap } from './managers.js';

/** Which manager owns a field, and what follows from it. */
export const fieldOwnership: Area['cases'] = {
  async 'rejects a field that another manager has applied with another value'({ api, namespace }) {
    await applyMap(api, namespace, { x: '1' }, a);
    const rejected = await applyMap(api, namespace, { x: '2' }, b);
    expectError(rejected, 409, 'Conflict');
    expect(rejected.body.message).toBe('Apply failed with 1 conflict: conflict with "a": .data.x');
    expect(rejected.body.details?.causes).toEqual([
      { reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.data.x' },
    ]);
    const after = await api.get(`${configMapsOf(namespace)}/map`);
    expect(after.body.data).toEqual({ x: '1' });
    expect(ownedBy(after, 'b')).toBeUndefined();
  },

  async 'names every conflict, of every manager'({ api, namespace }) {
    await applyMap(api, namespace, { x: '1' }, a);
    await applyMap(api, namespace, { y: '1', z: '1' }, b);
    const rejected = await applyMap(api, namespace, { x: '2', y: '2', z: '2' }, { manager: 'c' });
    expectError(rejected, 409, 'Conflict');
    expect(rejected.body.message).toBe(
      'Apply failed with 3 conflicts: conflicts with "a":\n- .data.x\nconflicts with "b":\n- .data.y\n- .data.z',
    );
    // API servers list the managers in any order.
    expect(causesOf(rejected).sort()).toEqual([
      'FieldManagerConflict .data.x',
      'FieldManagerConflict .data.y',
      'FieldManagerConflict .data.z',
    ]);
  },

  async 'rejects a field that an update has set to another value'({ api, namespace }) {
    await api.post(`${configMapsOf(namespace)}?fieldManager=editor`, configMap('map', { x: '1' }));
    const rejected = await applyMap(api, namespace, { x: '2' }, a);
    expectError(rejected, 409, 'Conflict');
    expect(rejected.body.message).toMatch(
      /^Apply failed with 1 conflict: conflict with "editor" using v1( at \S+Z)?: \.data\.x$/,
    );
  },

  async 'takes a field from another manager with force'({ api, namespace }) {
    await applyMap(api, namespace, { x: '1', y: '1' }, a);
    const forced = await applyMap(api, namespace, { x: '2' }, { ...b, force: true });
    expect(expectSuccess(forced).data).toEqual({ x: '2', y: '1' });
    expect(ownedBy(forced, 'a')?.fieldsV1).toEqual({ 'f:data': { 'f:y': {} } });
    expect(ownedBy(forced, 'b')?.fieldsV1).toEqual({ 'f:data': { 'f:x': {} } });
  },

  async 'forgets a manager whose last field was taken'({ api, namespace }) {
    await applyMap(api, namespace, { x: '1' }, a);
    const forced = await applyMap(api, namespace, { x: '2' }, { ...b, force: true });
    expect(ownedBy(forced, 'a')?.fieldsV1 ?? {}).not.toHaveProperty(['f:data', 'f:x']);
  },

  async 'lets managers share a field that both apply with one value'({ api, namespace }) {
    await applyMap(api, namespace, { x: '1' }, a);
    const shared = await applyMap(api, namespace, { x: '1' }, b);
    expectSuccess(shared);
    expect(ownedBy(shared, 'a')?.fieldsV1).toEqual({ 'f:data': { 'f:x': {} } });
    expect(ownedBy(shared, 'b')?.fieldsV1).toEqual({ 'f:data': { 'f:x': {} } });
  },

  async 'refuses to change a shared field, because the other manager has it as well'({ api, namespace }) {
    await applyMap(api, namespace, { x: '1' }, a);
    await applyMap(api, namespace, { x: '1' }, b);
    expectError(await applyMap(api, namespace, { x: '2' }, a), 409, 'Conflict');
  },

  async 'removes a field that its only owner leaves out'({ api, namespace }) {
    await applyMap(api, namespace, { x: '1', y: '1' }, a);
    const applied = await applyMap(api, namespace, { y: '1' }, a);
    expect(expectSuccess(applied).data).toEqual({ y: '1' });
    expect(ownedBy(applied, 'a')?.fieldsV1).toEqual({ 'f:data': { 'f:y': {} } });
  },

  async 'keeps a field that one of two owners leaves out'({ api, namespace }) {
    await applyMap(api, namespace, { x: '1', y: '1' }, a);
    await applyMap(api, namespace, { x: '1' }, b);
    const applied = await applyMap(api, namespace, { y: '1' }, a);
    expect(expectSuccess(applied).data).toEqual({ x: '1', y: '1' });
    expect(ownedBy(applied, 'a')?.fieldsV1).toEqual({ 'f:data': { 'f:y': {} } });
  },

  async 'keeps a field that it leaves out and never applied'({ api, namespace }) {
    await api.post(`${configMapsOf(namespace)}?fieldManager=editor`, configMap('map', { x: '1' }));
    const applied = await applyMap(api, namespace, { y: '1' }, a);
    expect(expectSuccess(applied).data).toEqual({ x: '1', y: '1' });
  },

  async 'removes labels and annotations that the owner leaves out, and keeps those of others'({
    api,
    namespace,
  }) {
    const path = `${configMapsOf(namespace)}/map`;
    const labelled = (labels: object, annotations: object) => ({
      ...configMap('map'),
      metadata: { name: 'map', labels, annotations },
    });
    await api.apply(path, labelled({ one: '1', two: '2' }, { note: 'x' }), a);
    await api.patch(`${path}?fieldManager=editor`, 'merge', { metadata: { labels: { three: '3' } } });
    const applied = await api.apply(path, labelled({ two: '2' }, {}), a);
    expect(applied.body.metadata.labels).toEqual({ two: '2', three: '3' });
    expect(applied.body.metadata.annotations).toBeUndefined();
  },

  async 'adds the entry of a create with the operation Update'({ api, namespace }) {
    const created = await api.post(
      `${configMapsOf(namespace)}?fieldManager=editor`,
      configMap('map', { x: '1' }),
    );
    expect(created.body.metadata.managedFields).toEqual([
      {
        manager: 'editor',
        operation: 'Update',
        apiVersion: 'v1',
        time: expect.any(String),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { '.': {}, 'f:x': {} } },
      },
    ]);
  },

  async 'names the manager of a request without fieldManager after the User-Agent'({ api, namespace }) {
    const created = await api.post(configMapsOf(namespace), configMap('map', { x: '1' }), {
      headers: { 'user-agent': 'robot/1.2 (linux)' },
    });
    expect(ownedBy(created, 'robot')?.operation).toBe('Update');
  },

  async 'gives a field to the manager of the merge patch that changes it'({ api, namespace }) {
    await applyMap(api, namespace, { x: '1', y: '1' }, a);
    const patched = await api.patch(`${configMapsOf(namespace)}/map?fieldManager=editor`, 'merge', {
      data: { x: '2' },
    });
    expect(ownedBy(patched, 'editor')?.fieldsV1).toEqual({ 'f:data': { 'f:x': {} } });
    expect(ownedBy(patched, 'a')?.fieldsV1).toEqual({ 'f:data': { 'f:y': {} } });
    expectError(await applyMap(api, namespace, { x: '1', y: '1' }, a), 409, 'Conflict');
  },

  async 'gives only changed fields to the manager of an update'({ api, namespace }) {
    const { body } = await applyMap(api, namespace, { x: '1', y: '1' }, a);
    const changed = { ...body, data: { x: '1', y: '2', z: '1' } };
    const updated = await api.put(`${configMapsOf(namespace)}/map?fieldManager=editor`, changed);
    expect(ownedBy(updated, 'editor')?.fieldsV1).toEqual({ 'f:data': { 'f:y': {}, 'f:z': {} } });
    expect(ownedBy(updated, 'a')?.fieldsV1).toEqual({ 'f:data': { 'f:x': {} } });
  },

  async 'takes a field that an update removes from its owners'({ api, namespace }) {
    const { body } = await applyMap(api, namespace, { x: '1', y: '1' }, a);
    const updated = await api.put(`${configMapsOf(namespace)}/map`, { ...body, data: { y: '1' } });
    expect(ownedBy(updated, 'a')?.fieldsV1).toEqual({ 'f:data': { 'f:y': {} } });
    expect((await applyMap(api, namespace, { x: '1', y: '1' }, a)).status).toBe(200);
  },

  async 'keeps managedFields in an update whose body has none'({ api, namespace }) {
    const { body } = await applyMap(api, namespace, { x: '1' }, a);
    const { managedFields: _, ...metadata } = body.metadata;
    const updated = await api.put(`${configMapsOf(namespace)}/map`, { ...body, metadata });
    expect(ownedBy(updated, 'a')?.fieldsV1).toEqual({ 'f:data': { 'f:x': {} } });
  },

  async 'clears managedFields in an update whose body has an empty list of them'({ api, namespace }) {
    const { body } = await applyMap(api, namespace, { x: '1' }, a);
    const metadata = { ...body.metadata, managedFields: [{}] };
    const updated = await api.put(`${configMapsOf(namespace)}/map`, { ...body, metadata });
    expect(expectSuccess(updated).metadata.managedFields).toBeUndefined();
  },

  async 'gives the fields of an object without managedFields to before-first-apply'({ api, namespace }) {
    const path = `${configMapsOf(namespace)}/map`;
    await api.post(configMapsOf(namespace), configMap('map', { x: '1' }));
    await api.patch(path, 'merge', { metadata: { managedFields: [{}] } });
    const rejected = await applyMap(api, namespace, { x: '2' }, a);
    expectError(rejected, 409, 'Conflict');
    expect(rejected.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.x',
    );
  },
};

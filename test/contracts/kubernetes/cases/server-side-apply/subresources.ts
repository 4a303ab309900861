import { expect } from 'vitest';
import type { Area } from '../../contract-case.js';
import { expectError, expectSuccess, ownedBy } from '../../expectations.js';
import { deployment, service } from '../../manifests.js';
import { deploymentsOf, servicesOf } from '../../paths.js';
import { a } from './managers.js';

/** Ownership by way of scale and status. */
export const appliedSubresources: Area['cases'] = {
  async 'gives replicas to the manager that scales'({ api, namespace }) {
    const path = `${deploymentsOf(namespace)}/web`;
    await api.apply(path, deployment('web', { replicas: 1 }), a);
    const scaled = await api.patch(`${path}/scale?fieldManager=scaler`, 'merge', { spec: { replicas: 2 } });
    expectSuccess(scaled);
    const after = await api.get(path);
    expect(ownedBy(after, 'scaler', 'scale')).toMatchObject({
      operation: 'Update',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    });
    expectError(await api.apply(path, deployment('web', { replicas: 1 }), a), 409, 'Conflict');
    const applied = await api.apply(path, deployment('web'), a);
    expect(expectSuccess(applied).spec['replicas']).toBe(2);
  },

  async 'applies to the status subresource under an entry of its own'({ api, namespace }) {
    const path = `${servicesOf(namespace)}/web`;
    await api.apply(path, service('web'), a);
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    const condition = { type: 'Tried', status: 'True', reason: 'Tried', message: '', lastTransitionTime };
    const body = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } };
    const applied = await api.apply(`${path}/status`, { ...body, status: { conditions: [condition] } }, a);
    expect(expectSuccess(applied).status).toMatchObject({ conditions: [condition] });
    expect(ownedBy(applied, 'a', 'status')?.fieldsV1).toMatchObject({
      'f:status': { 'f:conditions': { 'k:{"type":"Tried"}': { '.': {}, 'f:status': {} } } },
    });
    expect(ownedBy(applied, 'a')?.fieldsV1).toHaveProperty(['f:spec']);
  },

  async 'ignores status in the body of an apply to the object'({ api, namespace }) {
    const body = { ...deployment('web', { replicas: 0 }), status: { replicas: 7 } };
    const applied = await api.apply(`${deploymentsOf(namespace)}/web`, body, a);
    expect(expectSuccess(applied, 201).status).toEqual({});
    expect(ownedBy(applied, 'a')?.fieldsV1).not.toHaveProperty(['f:status']);
  },
};

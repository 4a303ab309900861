import { expect } from 'vitest';
import type { Area } from '../../contract-case.js';
import { causesOf, expectInvalid, expectSuccess, ownedBy } from '../../expectations.js';
import { container, deployment, podTemplate, service } from '../../manifests.js';
import { configMapsOf, deploymentsOf, servicesOf } from '../../paths.js';
import { a, b } from './managers.js';

/** Lists, maps and values as the schema describes them. */
export const appliedSchema: Area['cases'] = {
  async 'does not own the defaults of fields that it does not name'({ api, namespace }) {
    const applied = await api.apply(`${deploymentsOf(namespace)}/web`, deployment('web'), a);
    expect(expectSuccess(applied, 201).spec).toMatchObject({ replicas: 1, revisionHistoryLimit: 10 });
    expect(ownedBy(applied, 'a')?.fieldsV1).toEqual({
      'f:spec': {
        'f:selector': {},
        'f:template': {
          'f:metadata': { 'f:labels': { 'f:app': {} } },
          'f:spec': {
            'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:image': {}, 'f:name': {} } },
          },
        },
      },
    });
  },

  async 'merges containers by name and removes one that its owner leaves out'({ api, namespace }) {
    const path = `${deploymentsOf(namespace)}/web`;
    const withContainers = (...names: string[]) =>
      deployment('web', {
        template: podTemplate('web', { containers: names.map((name) => container({ name })) }),
      });
    await api.apply(path, withContainers('one', 'two'), a);
    await api.patch(`${path}?fieldManager=editor`, 'strategic', {
      spec: { template: { spec: { containers: [{ name: 'three', image: 'redis' }] } } },
    });
    const applied = await api.apply(path, withContainers('one'), a);
    expect(expectSuccess(applied).spec).toMatchObject({
      template: { spec: { containers: expect.toSatisfy(namesAre('three', 'one')) } },
    });
  },

  async 'replaces a container port whose number the owner changes'({ api, namespace }) {
    const path = `${deploymentsOf(namespace)}/web`;
    const withPort = (containerPort: number) =>
      deployment('web', {
        template: podTemplate('web', {
          containers: [container({ ports: [{ name: 'http', containerPort }] })],
        }),
      });
    await api.apply(path, withPort(8080), a);
    const applied = await api.apply(path, withPort(9090), a);
    expect(expectSuccess(applied).spec).toMatchObject({
      template: { spec: { containers: [{ ports: [{ name: 'http', containerPort: 9090 }] }] } },
    });
  },

  async 'replaces a Service port whose number the owner changes'({ api, namespace }) {
    const path = `${servicesOf(namespace)}/web`;
    await api.apply(path, service('web', { ports: [{ name: 'http', port: 80 }] }), a);
    const applied = await api.apply(path, service('web', { ports: [{ name: 'http', port: 81 }] }), a);
    expect(expectSuccess(applied).spec['ports']).toEqual([
      { name: 'http', port: 81, protocol: 'TCP', targetPort: 81 },
    ]);
  },

  async 'owns a port by its number and protocol'({ api, namespace }) {
    const applied = await api.apply(`${servicesOf(namespace)}/web`, service('web'), a);
    expect(ownedBy(applied, 'a')?.fieldsV1).toEqual({
      'f:spec': {
        'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
        'f:selector': {},
      },
    });
  },

  async 'removes environment variables that the owner leaves out'({ api, namespace }) {
    const path = `${deploymentsOf(namespace)}/web`;
    const withEnv = (...names: string[]) =>
      deployment('web', {
        template: podTemplate('web', {
          containers: [container({ env: names.map((name) => ({ name, value: '1' })) })],
        }),
      });
    await api.apply(path, withEnv('A', 'B', 'C'), a);
    const applied = await api.apply(path, withEnv('C', 'A'), a);
    expect(expectSuccess(applied).spec).toMatchObject({
      template: { spec: { containers: [{ env: [{ name: 'C' }, { name: 'A' }] }] } },
    });
  },

  async 'replaces an atomic map as a whole'({ api, namespace }) {
    const path = `${servicesOf(namespace)}/web`;
    await api.apply(path, service('web', { selector: { one: '1', two: '2' } }), a);
    const rejected = await api.apply(path, service('web', { selector: { three: '3' } }), b);
    expect(causesOf(rejected)).toContain('FieldManagerConflict .spec.selector');
    const forced = await api.apply(path, service('web', { selector: { three: '3' } }), {
      ...b,
      force: true,
    });
    expect(expectSuccess(forced).spec['selector']).toEqual({ three: '3' });
  },

  async 'replaces an atomic list as a whole'({ api, namespace }) {
    const path = `${deploymentsOf(namespace)}/web`;
    const withArgs = (...args: string[]) =>
      deployment('web', { template: podTemplate('web', { containers: [container({ args })] }) });
    await api.apply(path, withArgs('one', 'two'), a);
    const rejected = await api.apply(path, withArgs('three'), b);
    expect(causesOf(rejected)).toContain(
      'FieldManagerConflict .spec.template.spec.containers[name="main"].args',
    );
    const applied = await api.apply(path, withArgs('three'), a);
    expect(expectSuccess(applied).spec).toMatchObject({
      template: { spec: { containers: [{ args: ['three'] }] } },
    });
  },

  async 'owns the elements of a set one by one'({ api, namespace }) {
    const path = `${configMapsOf(namespace)}/map`;
    const withFinalizers = (...finalizers: string[]) => ({
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      metadata: { name: 'map', finalizers },
    });
    await api.apply(path, withFinalizers('example.com/one', 'example.com/two'), a);
    expectSuccess(await api.apply(path, withFinalizers('example.com/three'), b));
    const applied = await api.apply(path, withFinalizers('example.com/two'), a);
    expect(applied.body.metadata.finalizers).toEqual(['example.com/two', 'example.com/three']);
    expect(ownedBy(applied, 'a')?.fieldsV1).toEqual({
      'f:metadata': { 'f:finalizers': { 'v:"example.com/two"': {} } },
    });
  },

  async 'rejects two containers of one name'({ api, namespace }) {
    const twice = deployment('web', {
      template: podTemplate('web', { containers: [container(), container()] }),
    });
    const rejected = await api.apply(`${deploymentsOf(namespace)}/web`, twice, a);
    expect(rejected.status).toBe(500);
    expect(rejected.body.message).toContain('duplicate entries for key [name="main"]');
  },

  async 'rejects a field that the schema does not know'({ api, namespace }) {
    const rejected = await api.apply(`${deploymentsOf(namespace)}/web`, deployment('web', { replica: 3 }), a);
    expect(rejected.status).toBe(500);
    expect(rejected.body.message).toContain('.spec.replica: field not declared in schema');
  },

  async 'rejects a value of another type than the schema says'({ api, namespace }) {
    const rejected = await api.apply(
      `${deploymentsOf(namespace)}/web`,
      deployment('web', { replicas: 'three' }),
      a,
    );
    expect(rejected.status).toBe(500);
    expect(rejected.body.message).toContain('.spec.replicas: expected numeric');
  },

  async 'validates the merged object'({ api, namespace }) {
    await api.apply(`${deploymentsOf(namespace)}/web`, deployment('web'), a);
    const rejected = await api.apply(
      `${deploymentsOf(namespace)}/web`,
      deployment('web', { replicas: -1 }),
      a,
    );
    expectInvalid(rejected, 'FieldValueInvalid spec.replicas');
  },
};

const namesAre =
  (...names: readonly string[]) =>
  (containers: readonly { readonly name: string }[]) =>
    containers.map(({ name }) => name).join() === names.join();

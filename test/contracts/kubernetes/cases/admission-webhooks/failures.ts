import { expect } from 'vitest';
import type { Area } from '../../contract-case.js';
import { expectError, expectSuccess } from '../../expectations.js';
import { ALLOWED, patched } from '../../webhook-server.js';
import { createMap, expectFailedCall, register, setting } from './webhook-cases.js';

/** Webhooks that fail, and patches that cannot be applied. */
export const failures: Area['cases'] = {
  async 'rejects a request whose webhook does not answer in time'(context) {
    const [name] = await register(context, 'validating', { timeoutSeconds: 1, serve: () => undefined });
    expectFailedCall(
      await createMap(context),
      name,
      /failed to call webhook: Post "https:.*\?timeout=1s": context deadline exceeded/,
    );
  },

  async 'accepts a request whose webhook does not answer in time, if its failures are ignored'(context) {
    await register(context, 'mutating', {
      timeoutSeconds: 1,
      failurePolicy: 'Ignore',
      serve: () => undefined,
    });
    expectSuccess(await createMap(context), 201);
  },

  async 'rejects a request whose webhook has a certificate of another authority'(context) {
    const { caBundle: _own, ...config } = context.serve(() => ALLOWED);
    const [name] = await register(context, 'validating', { clientConfig: config });
    expectFailedCall(
      await createMap(context),
      name,
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
    );
  },

  async 'rejects a request whose webhook cannot be reached'(context) {
    const { caBundle } = context.serve(() => ALLOWED);
    const [name] = await register(context, 'validating', {
      // Nothing listens on the port for discarding.
      clientConfig: { url: 'https://127.0.0.1:9/path', caBundle },
    });
    expectFailedCall(
      await createMap(context),
      name,
      'failed to call webhook: Post "https://127.0.0.1:9/path?timeout=10s": dial tcp 127.0.0.1:9: connect: connection refused',
    );
  },

  async 'rejects a request whose webhook is a Service that does not exist'(context) {
    const [name] = await register(context, 'validating', {
      clientConfig: { service: { namespace: 'default', name: 'absent', path: '/check' } },
    });
    expectFailedCall(
      await createMap(context),
      name,
      'failed to call webhook: Post "https://absent.default.svc:443/check?timeout=10s": service "absent" not found',
    );
  },

  async 'rejects a request whose webhook is a Service without endpoints'(context) {
    const { api, namespace } = context;
    const service = {
      metadata: { name: 'hook' },
      spec: { ports: [{ port: 443 }], selector: { app: 'none' } },
    };
    expectSuccess(await api.post(`/api/v1/namespaces/${namespace}/services`, service), 201);
    const [name] = await register(context, 'validating', {
      clientConfig: { service: { namespace, name: 'hook' } },
    });
    const rejected = await context.eventually(async () => {
      const response = await createMap(context);
      return response.body.message.includes('no endpoints') && response;
    });
    expectFailedCall(rejected, name, 'no endpoints available for service "hook"');
  },

  async 'rejects a request whose webhook answers with an error'(context) {
    const [name] = await register(context, 'validating', {
      serve: () => ({ status: 404, body: 'no such page' }),
    });
    expectFailedCall(
      await createMap(context),
      name,
      'failed to call webhook: the server could not find the requested resource',
    );
  },

  async 'rejects a request whose webhook answers without JSON'(context) {
    const [name] = await register(context, 'validating', {
      serve: () => ({ status: 200, body: 'hello' }),
    });
    expectFailedCall(await createMap(context), name, 'failed to call webhook: ');
  },

  async 'rejects a request whose webhook answers another'(context) {
    const [name] = await register(context, 'validating', {
      serve: () => ({ allowed: true, uid: 'another' }),
    });
    expectFailedCall(
      await createMap(context),
      name,
      /received invalid webhook response: expected response.uid="[0-9a-f-]{36}", got "another"/,
    );
  },

  async 'rejects a request whose webhook answers without a response'(context) {
    const [name] = await register(context, 'validating', {
      serve: () => ({
        status: 200,
        body: JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }),
      }),
    });
    expectFailedCall(
      await createMap(context),
      name,
      'received invalid webhook response: webhook response was absent',
    );
  },

  async 'rejects a patch of a validating webhook'(context) {
    const [name] = await register(context, 'validating', { serve: setting('a') });
    expectFailedCall(
      await createMap(context),
      name,
      'received invalid webhook response: validating webhook may not return response.patch',
    );
  },

  async 'rejects a patch without a type'(context) {
    const [name] = await register(context, 'mutating', {
      serve: () => ({ allowed: true, patch: Buffer.from('[]').toString('base64') }),
    });
    expectFailedCall(
      await createMap(context),
      name,
      'received invalid webhook response: webhook returned response.patch but not response.patchType',
    );
  },

  async 'rejects a patch that is none'(context) {
    const [name] = await register(context, 'mutating', {
      serve: () => ({
        allowed: true,
        patchType: 'JSONPatch',
        patch: Buffer.from('hello').toString('base64'),
      }),
    });
    expectFailedCall(await createMap(context), name, 'received undecodable patch in webhook response: ');
  },

  async 'rejects a patch that cannot be applied, whatever the failure policy'(context) {
    await register(context, 'mutating', {
      failurePolicy: 'Ignore',
      serve: () => patched({ op: 'remove', path: '/data/missing' }),
    });
    const rejected = await createMap(context, { a: '1' });
    expectError(rejected, 500, 'InternalError');
    expect(rejected.body.message).toMatch(/^Internal error occurred: /);
  },

  async 'rejects a patch that makes an object unreadable'(context) {
    await register(context, 'mutating', {
      serve: () => patched({ op: 'add', path: '/data', value: 'a text' }),
    });
    const rejected = await createMap(context, { a: '1' });
    expectError(rejected, 500, 'InternalError');
  },
};

import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectInvalid } from '../expectations.js';
import { container } from '../manifests.js';
import { createPod, runPod, script } from '../running-pods.js';

/** A pod that has printed three lines; returns the path of its log. */
async function printedLog(context: CaseContext): Promise<string> {
  const path = await createPod(context, 'web', script('echo one; echo two; echo three'));
  const { api, eventually } = context;
  await eventually(async () => (await api.get(path)).body.status['phase'] === 'Succeeded');
  return `${path}/log`;
}

/** Logs of containers, which the API server reads from kubelets. */
export const logs: Area = {
  name: 'logs',
  cases: {
    async 'prints the log of a container as text'(context) {
      const response = await context.api.get(await printedLog(context));
      expect([response.status, response.type, response.text]).toEqual([
        200,
        'text/plain',
        'one\ntwo\nthree\n',
      ]);
    },

    async 'prints the last lines of a log'(context) {
      const path = await printedLog(context);
      expect((await context.api.get(`${path}?tailLines=2`)).text).toBe('two\nthree\n');
      expect((await context.api.get(`${path}?tailLines=0`)).text).toBe('');
    },

    async 'prints the first bytes of a log'(context) {
      const path = await printedLog(context);
      expect((await context.api.get(`${path}?limitBytes=5`)).text).toBe('one\nt');
    },

    async 'prints the time of each line'(context) {
      const path = await printedLog(context);
      expect((await context.api.get(`${path}?timestamps=true&tailLines=1`)).text).toMatch(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z three\n$/,
      );
    },

    async 'prints the lines since a time'(context) {
      const path = await printedLog(context);
      expect((await context.api.get(`${path}?sinceTime=2000-01-01T00:00:00Z`)).text).toBe(
        'one\ntwo\nthree\n',
      );
      expect((await context.api.get(`${path}?sinceTime=2100-01-01T00:00:00Z`)).text).toBe('');
    },

    async 'rejects a time and seconds together'(context) {
      const path = await createPod(context, 'web');
      const query = 'sinceTime=2000-01-01T00:00:00Z&sinceSeconds=5';
      expectInvalid(await context.api.get(`${path}/log?${query}`), 'FieldValueForbidden []');
    },

    async 'rejects numbers that are too small'(context) {
      const path = await createPod(context, 'web');
      const query = 'tailLines=-1&limitBytes=0&sinceSeconds=0';
      expectInvalid(
        await context.api.get(`${path}/log?${query}`),
        ...['tailLines', 'limitBytes', 'sinceSeconds'].map((field) => `FieldValueInvalid ${field}`),
      );
    },

    async 'follows a log until its container ends'(context) {
      const path = await runPod(context, 'web', script('echo one; sleep 1200; echo two'));
      expect((await context.api.get(`${path}/log?follow=true`)).text).toBe('one\ntwo\n');
    },

    async 'rejects the log of a previous container if there is none'(context) {
      const path = await runPod(context, 'web', script('sleep 100000'));
      const rejected = await context.api.get(`${path}/log?previous=true`);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe('previous terminated container "main" in pod "web" not found');
    },

    async 'prints the log of a previous container'(context) {
      const { api, eventually } = context;
      const path = await createPod(context, 'web', {
        ...script('echo run; exit 1'),
        restartPolicy: 'Always',
      });
      const printed = await eventually(async () => {
        const response = await api.get(`${path}/log?previous=true`);
        return response.status === 200 && response.text;
      });
      expect(printed).toBe('run\n');
    },

    async 'rejects the log of a container that has not started'(context) {
      const { api, eventually } = context;
      const path = await createPod(context, 'web', { containers: [container({ image: 'nginx:missing' })] });
      const rejected = await eventually(async () => {
        const response = await api.get(`${path}/log`);
        return response.text.includes('image') && response;
      });
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toMatch(/^container "main" in pod "web" is waiting to start: .*image/);
    },

    async 'asks for a container if the pod has several'(context) {
      const containers = [container(), container({ name: 'side' })];
      const path = await runPod(context, 'web', { containers });
      const rejected = await context.api.get(`${path}/log`);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe(
        'a container name must be specified for pod web, choose one of: [main side]',
      );
      expect((await context.api.get(`${path}/log?container=side`)).status).toBe(200);
    },
  },
};

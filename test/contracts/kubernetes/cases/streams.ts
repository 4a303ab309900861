import { expect } from 'vitest';
import type { ApiClient } from '../api-client.js';
import { channels } from '../channel-connection.js';
import type { Area, CaseContext } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';
import { container } from '../manifests.js';
import { podsOf } from '../paths.js';
import { createPod, runPod, script, webServer } from '../running-pods.js';

const { stdin, stdout, stderr, close } = channels;
const SLEEP = script('sleep 100000');

/** The path of a command in a pod. */
function execOf(pod: string, command: readonly string[], options = 'stdout=true&stderr=true'): string {
  const words = command.map((word) => `&command=${encodeURIComponent(word)}`).join('');
  return `${pod}/exec?${options}${words}`;
}

const sh = (text: string) => ['sh', '-c', text];

/** A user who has the verbs on a subresource of pods in the namespace of the case. */
async function userWith(
  context: CaseContext,
  resource: string,
  verbs: readonly string[],
): Promise<ApiClient> {
  const { api, namespace, unique } = context;
  const name = unique('user');
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const rules = [{ apiGroups: [''], resources: [resource], verbs }];
  expectSuccess(await api.post(`${roles}/roles`, { metadata: { name }, rules }), 201);
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }];
  expectSuccess(await api.post(`${roles}/rolebindings`, { metadata: { name }, roleRef, subjects }), 201);
  return context.user(name, 'no-role');
}

/** exec, attach and port-forward, over WebSockets. */
export const streams: Area = {
  name: 'streams',
  cases: {
    async 'runs a command and sends its outputs and its outcome'(context) {
      const path = await runPod(context, 'web', SLEEP);
      using connection = context.api.channels(execOf(path, sh('echo out; echo err >&2')));
      expect(await connection.status()).toMatchObject({ status: 'Success' });
      expect([connection.text(stdout), connection.text(stderr)]).toEqual(['out\n', 'err\n']);
      expect(await connection.protocol()).toBe('v5.channel.k8s.io');
    },

    async 'sends the exit code of a command that fails'(context) {
      const path = await runPod(context, 'web', SLEEP);
      using connection = context.api.channels(execOf(path, sh('exit 3')));
      expect(await connection.status()).toMatchObject({
        status: 'Failure',
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: '3' }] },
      });
    },

    async 'sends the reason why a command cannot be run'(context) {
      const path = await runPod(context, 'web', SLEEP);
      using connection = context.api.channels(execOf(path, ['nothing']));
      const status = (await connection.status()) as { readonly status: string; readonly message: string };
      expect(status.status).toBe('Failure');
      expect(status.message).toContain('exec: "nothing": executable file not found in $PATH');
    },

    async 'passes the input to a command until its channel is closed'(context) {
      const path = await runPod(context, 'web', SLEEP);
      using connection = context.api.channels(execOf(path, ['cat'], 'stdin=true&stdout=true'));
      await connection.send(stdin, 'one\n');
      await connection.send(stdin, 'two\n');
      await connection.send(close, Uint8Array.of(stdin));
      expect(await connection.status()).toMatchObject({ status: 'Success' });
      expect(connection.text(stdout)).toBe('one\ntwo\n');
    },

    async 'speaks version 4 of the protocol'(context) {
      const path = await runPod(context, 'web', SLEEP);
      using connection = context.api.channels(execOf(path, ['echo', 'out']), ['v4.channel.k8s.io']);
      expect(await connection.status()).toMatchObject({ status: 'Success' });
      expect(await connection.protocol()).toBe('v4.channel.k8s.io');
      expect(connection.text(stdout)).toBe('out\n');
    },

    async 'rejects a protocol that it does not speak'(context) {
      const path = await runPod(context, 'web', SLEEP);
      using connection = context.api.channels(execOf(path, ['echo', 'out']), ['v9.channel.k8s.io']);
      await expect(connection.protocol()).rejects.toThrow('no WebSocket');
    },

    async 'passes a message of a megabyte to a command'(context) {
      const path = await runPod(context, 'web', SLEEP);
      using connection = context.api.channels(execOf(path, ['cat'], 'stdin=true&stdout=true'));
      const sent = Buffer.alloc(2 ** 20, 'a line of the input\n');
      await connection.send(stdin, sent);
      await connection.send(close, Uint8Array.of(stdin));
      expect(await connection.status()).toMatchObject({ status: 'Success' });
      expect(connection.bytes(stdout).equals(sent)).toBe(true);
    },

    async 'runs commands after clients have abandoned hundreds of others'(context) {
      const path = await runPod(context, 'web', SLEEP);
      const abandon = async () => {
        using connection = context.api.channels(execOf(path, ['cat'], 'stdin=true&stdout=true'));
        await connection.send(stdin, 'never ended\n');
      };
      for (let batch = 0; batch < 6; batch += 1) await Promise.all(Array.from({ length: 50 }, abandon));
      using connection = context.api.channels(execOf(path, ['echo', 'out']));
      expect(await connection.status()).toMatchObject({ status: 'Success' });
      expect(connection.text(stdout)).toBe('out\n');
    },

    async 'joins the outputs of a terminal'(context) {
      const path = await runPod(context, 'web', SLEEP);
      const options = 'stdout=true&tty=true';
      using connection = context.api.channels(execOf(path, sh('echo out; echo err >&2'), options));
      expect(await connection.status()).toMatchObject({ status: 'Success' });
      expect(connection.text(stdout)).toBe('out\r\nerr\r\n');
    },

    async 'keeps the files that commands write'(context) {
      const path = await runPod(context, 'web', SLEEP);
      using writing = context.api.channels(execOf(path, sh('echo text > /tmp/file')));
      await writing.status();
      using reading = context.api.channels(execOf(path, ['cat', '/tmp/file']));
      await reading.status();
      expect(reading.text(stdout)).toBe('text\n');
    },

    async 'rejects exec without an upgrade'(context) {
      const path = await runPod(context, 'web', SLEEP);
      const rejected = await context.api.post(execOf(path, ['true']), undefined);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe('Upgrade request required');
    },

    async 'rejects exec in a container that a pod does not have'(context) {
      const path = await runPod(context, 'web', SLEEP);
      const rejected = await context.api.post(`${execOf(path, ['true'])}&container=other`, undefined);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe('container other is not valid for pod web');
    },

    async 'asks for the container of exec if the pod has several'(context) {
      const path = await runPod(context, 'web', { containers: [container(), container({ name: 'side' })] });
      const rejected = await context.api.post(execOf(path, ['true']), undefined);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe(
        'a container name must be specified for pod web, choose one of: [main side]',
      );
    },

    async 'rejects exec in a pod that no node has'(context) {
      const path = await createPod(context, 'web', { ...SLEEP, schedulerName: 'absent' });
      const rejected = await context.api.post(execOf(path, ['true']), undefined);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe('pod web does not have a host assigned');
    },

    async 'answers 404 for exec in a pod that does not exist'({ api, namespace }) {
      const rejected = await api.post(execOf(`${podsOf(namespace)}/none`, ['true']), undefined);
      expectError(rejected, 404, 'NotFound');
    },

    async 'forbids exec to a user without the right'(context) {
      const path = await createPod(context, 'web');
      const user = await userWith(context, 'pods', ['*']);
      const rejected = await user.post(execOf(path, ['true']), undefined);
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toContain('cannot create resource "pods/exec"');
    },

    async 'forbids exec to a user who may only get it'(context) {
      const path = await runPod(context, 'web', SLEEP);
      const user = await userWith(context, 'pods/exec', ['get']);
      expectError(await user.get(execOf(path, ['true'])), 403, 'Forbidden');
      using connection = user.channels(execOf(path, ['true']));
      await expect(connection.protocol()).rejects.toThrow();
    },

    async 'runs a command for a user who may create and get exec'(context) {
      const path = await runPod(context, 'web', SLEEP);
      const user = await userWith(context, 'pods/exec', ['create', 'get']);
      using connection = user.channels(execOf(path, ['true']));
      expect(await connection.status()).toMatchObject({ status: 'Success' });
    },

    async 'ends a command when its pod is deleted'(context) {
      const { api } = context;
      const path = await runPod(context, 'web', SLEEP);
      using connection = api.channels(execOf(path, sh('echo on; sleep 100000')));
      await context.eventually(() => Promise.resolve(connection.text(stdout) === 'on\n'));
      await api.delete(path, { gracePeriodSeconds: 0 });
      await connection.ended;
    },

    async 'attaches to the input and the output of a program'(context) {
      const path = await runPod(context, 'web', script('cat', { stdin: true }));
      using connection = context.api.channels(`${path}/attach?stdin=true&stdout=true`);
      await connection.send(stdin, 'hello\n');
      await context.eventually(() => Promise.resolve(connection.text(stdout) === 'hello\n'));
      expect((await context.api.get(`${path}/log`)).text).toBe('hello\n');
    },

    async 'sends what an attached program prints until it ends'(context) {
      const path = await runPod(context, 'web', script('sleep 1200; echo late'));
      using connection = context.api.channels(`${path}/attach?stdout=true`);
      expect(await connection.status()).toMatchObject({ status: 'Success' });
      expect(connection.text(stdout)).toBe('late\n');
    },

    async 'forwards bytes to a port of a pod'(context) {
      const path = await runPod(context, 'web', webServer);
      using connection = context.api.channels(`${path}/portforward?ports=8080`, ['v4.channel.k8s.io']);
      await connection.send(0, 'GET /echo?msg=hello HTTP/1.1\r\nHost: web\r\n\r\n');
      await context.eventually(() => Promise.resolve(connection.text(0).includes('hello')));
      // The port, as the first two bytes of each channel.
      expect([connection.bytes(0).readUInt16LE(0), connection.bytes(1).readUInt16LE(0)]).toEqual([
        8080, 8080,
      ]);
    },

    async 'sends the error of a forwarded port on which nothing listens'(context) {
      const path = await runPod(context, 'web', webServer);
      using connection = context.api.channels(`${path}/portforward?ports=8081`, ['v4.channel.k8s.io']);
      await context.eventually(() => Promise.resolve(connection.text(1).includes('connection refused')));
      expect(connection.text(1)).toContain('error forwarding port 8081 to pod');
    },

    async 'rejects port-forward without an upgrade'(context) {
      const path = await runPod(context, 'web', webServer);
      const rejected = await context.api.post(`${path}/portforward?ports=8080`, undefined);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe('Upgrade request required');
    },
  },
};

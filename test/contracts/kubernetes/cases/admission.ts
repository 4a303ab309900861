import { expect } from 'vitest';
import type { Area, CaseContext } from '../contract-case.js';
import { causesOf, expectError, expectSuccess } from '../expectations.js';
import { configMap, container, deployment, pod, podTemplate } from '../manifests.js';
import { configMapsOf, podsOf } from '../paths.js';
import { reviewedSubresources } from './reviewed-subresources.js';
import { mutatingPolicyCases } from './mutating-admission-policies.js';

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const BINDINGS = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

const configMapRule = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['configmaps'],
};

/** A policy for ConfigMaps of the case's namespace: each needs a key `owner`. */
async function createPolicy(
  { api, namespace, unique }: CaseContext,
  validationActions: string[],
): Promise<string> {
  const name = unique('policy');
  const policy = {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [configMapRule] },
    validations: [{ expression: "'owner' in object.data", message: 'it has no owner' }],
  };
  expectSuccess(await api.post(POLICIES, { metadata: { name }, spec: policy }), 201);
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  const binding = { policyName: name, validationActions, matchResources: { namespaceSelector } };
  expectSuccess(await api.post(BINDINGS, { metadata: { name }, spec: binding }), 201);
  return name;
}

/** Labels the namespace so that it enforces the level of pod security. */
const enforce = ({ api, namespace }: CaseContext, level: string) =>
  api.patch(`/api/v1/namespaces/${namespace}`, 'merge', {
    metadata: { labels: { 'pod-security.kubernetes.io/enforce': level } },
  });

/** The rejection of an object by a dry run. API servers notice a new policy or level after a moment. */
function rejectionOf(
  { api, eventually }: Pick<CaseContext, 'api' | 'eventually'>,
  path: string,
  body: object,
) {
  return eventually(async () => {
    const response = await api.post(`${path}?dryRun=All`, body);
    return response.status !== 201 && response;
  });
}

/** Policies, webhooks, pod security and service accounts of pods. */
export const admission: Area = {
  name: 'admission',
  cases: {
    ...reviewedSubresources,

    async 'rejects what a ValidatingAdmissionPolicy denies'(context) {
      const { api, namespace, eventually } = context;
      const name = await createPolicy(context, ['Deny']);
      const rejected = await rejectionOf(
        { api, eventually },
        configMapsOf(namespace),
        configMap('map', { a: '1' }),
      );
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.message).toBe(
        `configmaps "map" is forbidden: ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: it has no owner`,
      );
      expectSuccess(await api.post(configMapsOf(namespace), configMap('map', { owner: 'me' })), 201);
    },

    async 'names the variable of a ValidatingAdmissionPolicy that cannot be evaluated'(context) {
      const { api, namespace, unique, eventually } = context;
      const name = unique('policy');
      const policy = {
        matchConstraints: { resourceRules: [configMapRule] },
        variables: [
          { name: 'most', expression: 'int(object.data.most)' },
          { name: 'next', expression: 'variables.most + 1' },
        ],
        validations: [{ expression: 'variables.next > 1' }],
      };
      expectSuccess(await api.post(POLICIES, { metadata: { name }, spec: policy }), 201);
      const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
      const binding = {
        policyName: name,
        validationActions: ['Deny'],
        matchResources: { namespaceSelector },
      };
      expectSuccess(await api.post(BINDINGS, { metadata: { name }, spec: binding }), 201);
      const map = configMap('map', { most: 'abc' });
      const { body } = await rejectionOf({ api, eventually }, configMapsOf(namespace), map);
      expect(body.message).toMatch(
        /expression 'variables.next > 1' resulted in error: composited variable "next" fails to evaluate: composited variable "most" fails to evaluate: /,
      );
    },

    async 'warns of what a ValidatingAdmissionPolicy only warns of'(context) {
      const { api, namespace, eventually } = context;
      const name = await createPolicy(context, ['Warn']);
      const created = await eventually(async () => {
        const response = await api.post(
          `${configMapsOf(namespace)}?dryRun=All`,
          configMap('map', { a: '1' }),
        );
        return response.warnings.length > 0 && response;
      });
      expectSuccess(created, 201);
      expect(created.warnings).toEqual([
        `Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${name}': it has no owner`,
      ]);
    },

    async 'evaluates conditions, variables, parameters and messages of a ValidatingAdmissionPolicy'(context) {
      const { api, namespace, unique, eventually } = context;
      const name = unique('policy');
      const policy = {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: {
          resourceRules: [{ ...configMapRule, operations: ['CREATE', 'UPDATE', 'DELETE'] }],
        },
        matchConditions: [{ name: 'not-the-parameter', expression: "request.name != 'limits'" }],
        variables: [
          { name: 'limit', expression: 'int(params.data.limit)' },
          { name: 'count', expression: 'object == null ? size(oldObject.data) : size(object.data)' },
        ],
        validations: [
          {
            expression: 'variables.count <= variables.limit',
            messageExpression:
              "request.operation + ': ' + string(variables.count) + ' of ' + string(variables.limit)",
            reason: 'Forbidden',
          },
        ],
      };
      expectSuccess(await api.post(configMapsOf(namespace), configMap('limits', { limit: '1' })), 201);
      expectSuccess(await api.post(configMapsOf(namespace), configMap('map', { a: '1' })), 201);
      expectSuccess(await api.post(POLICIES, { metadata: { name }, spec: policy }), 201);
      const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
      const paramRef = { name: 'limits', namespace, parameterNotFoundAction: 'Deny' };
      const matchResources = { namespaceSelector };
      const binding = { policyName: name, validationActions: ['Deny'], paramRef, matchResources };
      expectSuccess(await api.post(BINDINGS, { metadata: { name }, spec: binding }), 201);
      const rejected = await eventually(async () => {
        const response = await api.patch(`${configMapsOf(namespace)}/map?dryRun=All`, 'merge', {
          data: { b: '2' },
        });
        return response.status !== 200 && response;
      });
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(
        `configmaps "map" is forbidden: ValidatingAdmissionPolicy '${name}' with binding '${name}' denied request: UPDATE: 2 of 1`,
      );
      expectSuccess(await api.delete(`${configMapsOf(namespace)}/map?dryRun=All`), 200);
    },

    async 'denies a request whose ValidatingAdmissionPolicy cannot be evaluated'(context) {
      const { api, namespace, unique, eventually } = context;
      const name = unique('policy');
      const policy = {
        matchConstraints: { resourceRules: [configMapRule] },
        validations: [{ expression: "object.data['missing'] == 'a'" }],
      };
      expectSuccess(await api.post(POLICIES, { metadata: { name }, spec: policy }), 201);
      const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
      const binding = {
        policyName: name,
        validationActions: ['Deny'],
        matchResources: { namespaceSelector },
      };
      expectSuccess(await api.post(BINDINGS, { metadata: { name }, spec: binding }), 201);
      const rejected = await rejectionOf(
        { api, eventually },
        configMapsOf(namespace),
        configMap('map', { a: '1' }),
      );
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.message).toContain(
        "expression 'object.data['missing'] == 'a'' resulted in error: no such key: missing",
      );
    },

    ...mutatingPolicyCases,

    async 'rejects a binding that denies and warns'({ api, unique }) {
      const binding = { policyName: 'any', validationActions: ['Deny', 'Warn'] };
      const rejected = await api.post(BINDINGS, { metadata: { name: unique('binding') }, spec: binding });
      expectError(rejected, 422, 'Invalid');
      expect(causesOf(rejected)).toEqual(['FieldValueInvalid spec.validationActions']);
    },

    async 'rejects a ValidatingAdmissionPolicy whose expression does not compile'({ api, unique }) {
      const spec = {
        matchConstraints: { resourceRules: [configMapRule] },
        validations: [{ expression: 'object.data +' }],
      };
      const rejected = await api.post(POLICIES, { metadata: { name: unique('policy') }, spec });
      expectError(rejected, 422, 'Invalid');
      expect(causesOf(rejected)).toEqual(['FieldValueInvalid spec.validations[0].expression']);
    },

    async 'rejects a request whose webhook cannot be called, unless its failures are ignored'(context) {
      const { api, namespace, unique, eventually } = context;
      const name = unique('hook');
      const webhook = {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        // Nothing listens on the port for discarding.
        clientConfig: { url: 'https://127.0.0.1:9/', caBundle: '' },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [configMapRule],
      };
      expectSuccess(await api.post(WEBHOOKS, { metadata: { name }, webhooks: [webhook] }), 201);
      const rejected = await rejectionOf({ api, eventually }, configMapsOf(namespace), configMap('map'));
      expectError(rejected, 500, 'InternalError');
      expect(rejected.body.message).toContain(`failed calling webhook "${name}.example.com"`);
      const ignored = { webhooks: [{ ...webhook, failurePolicy: 'Ignore' }] };
      await api.patch(`${WEBHOOKS}/${name}`, 'merge', ignored);
      await eventually(
        async () =>
          (await api.post(`${configMapsOf(namespace)}?dryRun=All`, configMap('map'))).status === 201,
      );
    },

    async 'rejects a webhook with both a URL and a Service'({ api, unique }) {
      const name = unique('hook');
      const webhook = {
        name: `${name}.example.com`,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { url: 'https://127.0.0.1:9/', service: { name: 'a', namespace: 'b' } },
      };
      const rejected = await api.post(WEBHOOKS, { metadata: { name }, webhooks: [webhook] });
      expectError(rejected, 422, 'Invalid');
      expect(causesOf(rejected)).toEqual(['FieldValueRequired webhooks[0].clientConfig']);
    },

    async 'rejects a privileged pod in a namespace of the level baseline'(context) {
      const { api, namespace, eventually } = context;
      await enforce(context, 'baseline');
      const privileged = pod('web', { containers: [container({ securityContext: { privileged: true } })] });
      const rejected = await rejectionOf({ api, eventually }, podsOf(namespace), privileged);
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(
        'pods "web" is forbidden: violates PodSecurity "baseline:latest": privileged (container "main" must not set securityContext.privileged=true)',
      );
    },

    async 'rejects a pod without restrictions in a namespace of the level restricted'(context) {
      const { api, namespace, eventually } = context;
      await enforce(context, 'restricted');
      const rejected = await rejectionOf({ api, eventually }, podsOf(namespace), pod('web'));
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toContain(
        'violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
      );
    },

    async 'admits a pod that meets the level restricted'(context) {
      const { api, namespace, eventually } = context;
      await enforce(context, 'restricted');
      const securityContext = {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      };
      const body = pod('web', { containers: [container({ securityContext })] });
      await eventually(async () => (await api.post(`${podsOf(namespace)}?dryRun=All`, body)).status === 201);
    },

    async 'names each violation of the level restricted with its containers'(context) {
      const { api, namespace, eventually } = context;
      await enforce(context, 'restricted');
      const body = pod('web', {
        hostNetwork: true,
        securityContext: { runAsUser: 0, seLinuxOptions: { role: 'any' } },
        containers: [
          container({ ports: [{ containerPort: 80, hostPort: 80 }] }),
          { ...container(), name: 'other', securityContext: { capabilities: { add: ['SYS_ADMIN'] } } },
        ],
        volumes: [{ name: 'root', hostPath: { path: '/' } }],
      });
      const rejected = await rejectionOf({ api, eventually }, podsOf(namespace), body);
      expect(rejected.body.message).toBe(
        'pods "web" is forbidden: violates PodSecurity "restricted:latest": ' +
          'host namespaces (hostNetwork=true), hostPort (container "main" uses hostPort 80), ' +
          'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: role may not be set), ' +
          'allowPrivilegeEscalation != false (containers "main", "other" must set securityContext.allowPrivilegeEscalation=false), ' +
          'unrestricted capabilities (containers "main", "other" must set securityContext.capabilities.drop=["ALL"]; ' +
          'container "other" must not include "SYS_ADMIN" in securityContext.capabilities.add), ' +
          'restricted volume types (volume "root" uses restricted volume type "hostPath"), ' +
          'runAsNonRoot != true (pod or containers "main", "other" must set securityContext.runAsNonRoot=true), ' +
          'runAsUser=0 (pod must not set runAsUser=0), ' +
          'seccompProfile (pod or containers "main", "other" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
      );
    },

    async 'warns of the template of a Deployment that violates the level of its namespace'(context) {
      const { api, namespace, eventually } = context;
      await enforce(context, 'baseline');
      const body = deployment('web', { template: podTemplate('web', { hostPID: true }) });
      const warning = await eventually(async () => {
        const response = await api.post(`/apis/apps/v1/namespaces/${namespace}/deployments?dryRun=All`, body);
        return response.headers.get('warning');
      });
      expect(warning).toBe(
        '299 - "would violate PodSecurity \\"baseline:latest\\": host namespaces (hostPID=true)"',
      );
    },

    async 'warns of existing pods that violate the new level of their namespace'(context) {
      const { api, namespace, eventually } = context;
      const body = pod('web', { hostPID: true, hostIPC: true });
      await eventually(async () => (await api.post(podsOf(namespace), body)).status === 201);
      const warning = await eventually(async () => {
        await enforce(context, 'privileged');
        return (await enforce(context, 'baseline')).headers.get('warning');
      });
      const violated = (level: string) =>
        `299 - "existing pods in namespace \\"${namespace}\\" violate the new PodSecurity enforce level \\"${level}\\"", ` +
        '299 - "web: host namespaces"';
      expect(warning).toBe(violated('baseline:latest'));
      const labels = { 'pod-security.kubernetes.io/enforce-version': 'v1.99' };
      const again = await api.patch(`/api/v1/namespaces/${namespace}`, 'merge', { metadata: { labels } });
      expect(again.headers.get('warning')).toBe(violated('baseline:v1.99'));
    },

    async 'rejects an unknown level of pod security'(context) {
      const rejected = await enforce(context, 'harsh');
      expectError(rejected, 422, 'Invalid');
      expect(causesOf(rejected)).toEqual([
        'FieldValueInvalid metadata.labels[pod-security.kubernetes.io/enforce]',
      ]);
    },

    async 'rejects a pod of a service account that does not exist'({ api, namespace }) {
      const rejected = await api.post(podsOf(namespace), pod('web', { serviceAccountName: 'absent' }));
      expectError(rejected, 403, 'Forbidden');
      expect(rejected.body.message).toBe(
        `pods "web" is forbidden: error looking up service account ${namespace}/absent: serviceaccount "absent" not found`,
      );
    },

    async 'mounts a token of the service account into each container'({ api, namespace, eventually }) {
      const created = await eventually(async () => {
        const response = await api.post(podsOf(namespace), pod('web'));
        return response.status === 201 && response;
      });
      expect(created.body.spec).toMatchObject({
        containers: [
          {
            volumeMounts: [
              {
                name: expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/),
                mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
                readOnly: true,
              },
            ],
          },
        ],
        volumes: [
          {
            projected: {
              sources: [
                { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
                { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
                {
                  downwardAPI: {
                    items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }],
                  },
                },
              ],
            },
          },
        ],
      });
    },

    async 'gives a pod the value of its priority class'({ api, namespace, eventually, unique }) {
      const name = unique('class');
      await api.post('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name }, value: 1234 });
      const created = await eventually(async () => {
        const response = await api.post(podsOf(namespace), pod('web', { priorityClassName: name }));
        return response.status === 201 && response;
      });
      expect(created.body.spec['priority']).toBe(1234);
    },

    async 'rejects a pod of a priority class that does not exist'({ api, namespace, eventually }) {
      const body = pod('web', { priorityClassName: 'absent' });
      await eventually(async () => {
        const rejected = await api.post(podsOf(namespace), body);
        return (
          rejected.body.message === 'pods "web" is forbidden: no PriorityClass with name absent was found'
        );
      });
    },

    async 'rejects a priority that is not that of the class'({ api, namespace, eventually }) {
      const body = pod('web', { priorityClassName: 'system-cluster-critical', priority: 5 });
      const rejected = await eventually(async () => {
        const response = await api.post(podsOf(namespace), body);
        return response.status === 403 && response;
      });
      expect(rejected.body.message).toBe(
        'pods "web" is forbidden: the integer value of priority (5) must not be provided in pod spec; ' +
          'priority admission controller computed 2000000000 from the given PriorityClass name',
      );
    },

    async 'gives a pod the preemption policy of its class'({ api, namespace, eventually, unique }) {
      const name = unique('class');
      const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
      await api.post(classes, { metadata: { name }, value: 7, preemptionPolicy: 'Never' });
      const created = await eventually(async () => {
        const response = await api.post(podsOf(namespace), pod('web', { priorityClassName: name }));
        return response.status === 201 && response;
      });
      expect(created.body.spec).toMatchObject({ priority: 7, preemptionPolicy: 'Never' });
    },

    async 'keeps the priority classes of the system'({ api }) {
      const path = '/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical';
      expect(expectSuccess(await api.get(path))).toMatchObject({ value: 2_000_001_000 });
      const rejected = await api.delete(`${path}?dryRun=All`);
      expectError(rejected, 403, 'Forbidden');
    },

    async 'gives a claim without class the default class'({ api, namespace, eventually, unique }) {
      const name = unique('class');
      const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
      const classes = '/apis/storage.k8s.io/v1/storageclasses';
      await api.post(classes, { metadata: { name, annotations }, provisioner: 'example.com/none' });
      const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
      const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims?dryRun=All`;
      await eventually(async () => {
        const { body } = await api.post(path, { metadata: { name: 'data' }, spec });
        return body.spec['storageClassName'] === name;
      });
      await api.delete(`${classes}/${name}`);
    },

    async 'tolerates nodes that are not ready for five minutes'({ api, namespace, eventually }) {
      const created = await eventually(async () => {
        const tolerations = [
          { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
        ];
        const response = await api.post(podsOf(namespace), pod('web', { tolerations }));
        return response.status === 201 && response;
      });
      expect(created.body.spec['tolerations']).toEqual([
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
        {
          key: 'node.kubernetes.io/unreachable',
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 300,
        },
      ]);
    },
  },
};

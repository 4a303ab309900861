import { expect } from 'vitest';
import type { Area } from '../contract-case.js';
import { expectError, expectSuccess } from '../expectations.js';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly singularName: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly group?: string;
  readonly version?: string;
}

interface AggregatedGroup {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly {
    readonly version: string;
    readonly freshness: string;
    readonly resources: readonly {
      readonly resource: string;
      readonly responseKind: { readonly group: string; readonly version: string; readonly kind: string };
      readonly scope: string;
      readonly singularResource: string;
      readonly subresources?: readonly { readonly subresource: string }[];
    }[];
  }[];
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly definitions: Readonly<Record<string, Definition>>;
  readonly components: { readonly schemas: Readonly<Record<string, Definition>> };
}

interface Definition {
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly 'x-kubernetes-group-version-kind': unknown;
}

const resourcesOf = (text: string) => (JSON.parse(text) as { resources: Resource[] }).resources;
const groupsOf = (text: string) => (JSON.parse(text) as { items: AggregatedGroup[] }).items;

/** Names of the served groups. */
const GROUPS = [
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
];

/** Kinds of clients' everyday work: `version plural`, with kind, short names and whether it has a namespace. */
const RESOURCES: readonly [
  version: string,
  plural: string,
  kind: string,
  shortNames: string,
  scope: string,
][] = [
  ['v1', 'configmaps', 'ConfigMap', 'cm', 'Namespaced'],
  ['v1', 'endpoints', 'Endpoints', 'ep', 'Namespaced'],
  ['v1', 'events', 'Event', 'ev', 'Namespaced'],
  ['v1', 'limitranges', 'LimitRange', 'limits', 'Namespaced'],
  ['v1', 'namespaces', 'Namespace', 'ns', 'Cluster'],
  ['v1', 'nodes', 'Node', 'no', 'Cluster'],
  ['v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', 'pvc', 'Namespaced'],
  ['v1', 'persistentvolumes', 'PersistentVolume', 'pv', 'Cluster'],
  ['v1', 'pods', 'Pod', 'po', 'Namespaced'],
  ['v1', 'podtemplates', 'PodTemplate', '', 'Namespaced'],
  ['v1', 'replicationcontrollers', 'ReplicationController', 'rc', 'Namespaced'],
  ['v1', 'resourcequotas', 'ResourceQuota', 'quota', 'Namespaced'],
  ['v1', 'secrets', 'Secret', '', 'Namespaced'],
  ['v1', 'serviceaccounts', 'ServiceAccount', 'sa', 'Namespaced'],
  ['v1', 'services', 'Service', 'svc', 'Namespaced'],
  ['apps/v1', 'controllerrevisions', 'ControllerRevision', '', 'Namespaced'],
  ['apps/v1', 'daemonsets', 'DaemonSet', 'ds', 'Namespaced'],
  ['apps/v1', 'deployments', 'Deployment', 'deploy', 'Namespaced'],
  ['apps/v1', 'replicasets', 'ReplicaSet', 'rs', 'Namespaced'],
  ['apps/v1', 'statefulsets', 'StatefulSet', 'sts', 'Namespaced'],
  ['autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'hpa', 'Namespaced'],
  ['batch/v1', 'cronjobs', 'CronJob', 'cj', 'Namespaced'],
  ['batch/v1', 'jobs', 'Job', '', 'Namespaced'],
  ['coordination.k8s.io/v1', 'leases', 'Lease', '', 'Namespaced'],
  ['discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice', '', 'Namespaced'],
  ['networking.k8s.io/v1', 'ingressclasses', 'IngressClass', '', 'Cluster'],
  ['networking.k8s.io/v1', 'ingresses', 'Ingress', 'ing', 'Namespaced'],
  ['networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', 'netpol', 'Namespaced'],
  ['node.k8s.io/v1', 'runtimeclasses', 'RuntimeClass', '', 'Cluster'],
  ['policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', 'pdb', 'Namespaced'],
  ['rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole', '', 'Cluster'],
  ['rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding', '', 'Namespaced'],
  ['scheduling.k8s.io/v1', 'priorityclasses', 'PriorityClass', 'pc', 'Cluster'],
  ['storage.k8s.io/v1', 'storageclasses', 'StorageClass', 'sc', 'Cluster'],
  ['storage.k8s.io/v1', 'volumeattachments', 'VolumeAttachment', '', 'Cluster'],
  ['apiextensions.k8s.io/v1', 'customresourcedefinitions', 'CustomResourceDefinition', 'crd,crds', 'Cluster'],
];

const rootOf = (version: string) => `${version.includes('/') ? '/apis' : '/api'}/${version}`;

const resourceCases = RESOURCES.map(([version, plural, kind, shortNames, scope]) => {
  const run: Area['cases'][string] = async ({ api }) => {
    const resources = resourcesOf((await api.get(rootOf(version))).text);
    expect(resources.find(({ name }) => name === plural)).toMatchObject({
      kind,
      namespaced: scope === 'Namespaced',
      singularName: kind.toLowerCase(),
      ...(shortNames && { shortNames: shortNames.split(',') }),
      verbs: expect.arrayContaining(['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']),
    });
  };
  return [`lists ${plural} in ${version}`, run] as const;
});

/** Which groups, versions and kinds are served, and their OpenAPI documents. */
export const discovery: Area = {
  name: 'discovery',
  cases: {
    async 'names the version v1 at /api'({ api }) {
      expect(JSON.parse((await api.get('/api')).text)).toMatchObject({
        kind: 'APIVersions',
        versions: ['v1'],
      });
    },

    async 'lists every group at /apis with its preferred version'({ api }) {
      const { groups } = JSON.parse((await api.get('/apis')).text) as {
        groups: { name: string; preferredVersion: object }[];
      };
      expect(groups.map(({ name }) => name)).toEqual(expect.arrayContaining(GROUPS));
      expect(groups.find(({ name }) => name === 'autoscaling')).toMatchObject({
        preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
      });
    },

    async 'lists the subresources of pods'({ api }) {
      const names = resourcesOf((await api.get('/api/v1')).text).map(({ name }) => name);
      expect(names.filter((name) => name.startsWith('pods/'))).toEqual([
        'pods/attach',
        'pods/binding',
        'pods/ephemeralcontainers',
        'pods/eviction',
        'pods/exec',
        'pods/log',
        'pods/portforward',
        'pods/proxy',
        'pods/resize',
        'pods/status',
      ]);
    },

    async 'names group and version of a subresource of another group'({ api }) {
      const resources = resourcesOf((await api.get('/apis/apps/v1')).text);
      expect(resources.find(({ name }) => name === 'deployments/scale')).toMatchObject({
        group: 'autoscaling',
        version: 'v1',
        kind: 'Scale',
        verbs: ['get', 'patch', 'update'],
      });
    },

    async 'puts everyday kinds into the category all'({ api }) {
      const resources = resourcesOf((await api.get('/api/v1')).text);
      const all = resources.filter(({ categories }) => categories?.includes('all'));
      expect(all.map(({ name }) => name)).toEqual(['pods', 'replicationcontrollers', 'services']);
    },

    async 'serves groups and their resources in one document'({ api }) {
      const response = await api.get('/apis', { accept: AGGREGATED });
      expect(response.type).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
      const apps = groupsOf(response.text).find(({ metadata }) => metadata.name === 'apps');
      expect(apps?.versions[0]).toMatchObject({ version: 'v1', freshness: 'Current' });
      expect(apps?.versions[0]?.resources.find(({ resource }) => resource === 'deployments')).toMatchObject({
        responseKind: { kind: 'Deployment' },
        scope: 'Namespaced',
        singularResource: 'deployment',
        shortNames: ['deploy'],
        categories: ['all'],
        subresources: [
          { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } },
          { subresource: 'status', responseKind: { kind: 'Deployment' } },
        ],
      });
    },

    async 'serves the core group in one document at /api'({ api }) {
      const [core, ...others] = groupsOf((await api.get('/api', { accept: AGGREGATED })).text);
      expect(others).toEqual([]);
      expect(core?.metadata.name).toBeUndefined();
      expect(core?.versions.map(({ version }) => version)).toEqual(['v1']);
    },

    async 'answers 304 for the ETag of unchanged discovery'({ api }) {
      const first = await api.get('/apis', { accept: AGGREGATED });
      const etag = first.headers.get('etag') ?? '';
      expect(etag).not.toBe('');
      const second = await api.get('/apis', { accept: AGGREGATED, headers: { 'if-none-match': etag } });
      expect([second.status, second.text]).toEqual([304, '']);
    },

    async 'answers 404 for a group that is not served'({ api }) {
      expect((await api.get('/apis/example.invalid/v1')).status).toBe(404);
    },

    async 'answers 404 NotFound for a kind that is not served'({ api, namespace }) {
      const response = await api.get(`/api/v1/namespaces/${namespace}/robots`);
      expectError(response, 404, 'NotFound');
      expect(response.body.message).toBe('the server could not find the requested resource');
    },

    async 'tells its version'({ api }) {
      expect(JSON.parse((await api.get('/version')).text)).toMatchObject({
        major: '1',
        minor: '36',
        gitVersion: expect.stringMatching(/^v1\.36\.\d+/),
        platform: expect.stringContaining('linux/'),
      });
    },

    async 'is ready and alive'({ api }) {
      for (const path of ['/readyz', '/livez', '/healthz']) expect((await api.get(path)).text).toBe('ok');
    },

    async 'lists its checks at /readyz?verbose'({ api }) {
      const { text } = await api.get('/readyz?verbose');
      expect(text).toContain('[+]ping ok');
      expect(text.trimEnd().endsWith('readyz check passed')).toBe(true);
    },

    async 'serves OpenAPI v2 with definitions of every kind'({ api }) {
      const { definitions } = JSON.parse(expectText(await api.get('/openapi/v2'))) as OpenApi;
      expect(Object.keys(definitions).length).toBeGreaterThan(500);
      expect(definitions['io.k8s.api.apps.v1.Deployment']?.['x-kubernetes-group-version-kind']).toEqual([
        { group: 'apps', kind: 'Deployment', version: 'v1' },
      ]);
    },

    async 'names merge keys and list types in OpenAPI v2'({ api }) {
      const { definitions } = JSON.parse(expectText(await api.get('/openapi/v2'))) as OpenApi;
      expect(definitions['io.k8s.api.core.v1.PodSpec']?.properties['containers']).toMatchObject({
        'x-kubernetes-list-map-keys': ['name'],
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-patch-merge-key': 'name',
        'x-kubernetes-patch-strategy': 'merge',
      });
    },

    async 'lists a document of OpenAPI v3 for each group and version'({ api }) {
      const { paths } = JSON.parse(expectText(await api.get('/openapi/v3'))) as {
        paths: Record<string, { serverRelativeURL: string }>;
      };
      expect(Object.keys(paths)).toEqual(
        expect.arrayContaining([
          'api',
          'api/v1',
          'apis',
          'apis/apps',
          'apis/apps/v1',
          'apis/batch/v1',
          'version',
        ]),
      );
      for (const path of ['api', 'apis', 'apis/apps', 'version']) {
        const document = JSON.parse(expectText(await api.get(`/openapi/v3/${path}`))) as {
          paths: Record<string, object>;
        };
        expect(document.paths).toHaveProperty([`/${path}/`, 'get', 'responses', '200']);
      }
      expect(paths['apis/apps/v1']?.serverRelativeURL).toMatch(
        /^(\/clusters\/[^/]+)?\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]+$/,
      );
    },

    async 'serves the OpenAPI v3 document of a group with its schemas and paths'({ api }) {
      const document = JSON.parse(expectText(await api.get('/openapi/v3/apis/apps/v1'))) as OpenApi;
      expect(document.components.schemas['io.k8s.api.apps.v1.DeploymentSpec']?.properties).toMatchObject({
        replicas: { type: 'integer', format: 'int32' },
        minReadySeconds: { type: 'integer', format: 'int32' },
        paused: { type: 'boolean' },
      });
      expect(Object.keys(document.paths)).toContain(
        '/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale',
      );
    },

    async 'says which verbs a path has by x-kubernetes-action in OpenAPI v3'({ api }) {
      const document = JSON.parse(expectText(await api.get('/openapi/v3/api/v1'))) as OpenApi;
      expect(document.paths['/api/v1/namespaces/{namespace}/configmaps']).toMatchObject({
        get: { 'x-kubernetes-action': 'list' },
        post: { 'x-kubernetes-action': 'post' },
        delete: { 'x-kubernetes-action': 'deletecollection' },
      });
    },

    async 'describes fields in OpenAPI v3, so that kubectl explain can'({ api }) {
      const document = JSON.parse(expectText(await api.get('/openapi/v3/api/v1'))) as OpenApi;
      expect(document.components.schemas['io.k8s.api.core.v1.PodSpec']?.properties['nodeName']).toMatchObject(
        {
          type: 'string',
        },
      );
    },

    ...Object.fromEntries(resourceCases),
  },
};

function expectText(response: Parameters<typeof expectSuccess>[0]): string {
  expectSuccess(response);
  return response.text;
}

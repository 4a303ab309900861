type Manifest = Record<string, unknown>;

export const configMap = (name: string, data: Record<string, string> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

export const container = (more: Manifest = {}): Manifest => ({ name: 'main', image: 'nginx:1.27', ...more });

export const podTemplate = (app: string, spec: Manifest = {}): Manifest => ({
  metadata: { labels: { app } },
  spec: { containers: [container()], ...spec },
});

export const pod = (name: string, spec: Manifest = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: { containers: [container()], ...spec },
});

export const deployment = (name: string, spec: Manifest = {}): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: podTemplate(name), ...spec },
});

export const service = (name: string, spec: Manifest = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
});

import { expect } from 'vitest';
import type { Area } from '../contract-case.js';
import { expectError, expectInvalid, expectSuccess } from '../expectations.js';
import { configMap, container, deployment, podTemplate } from '../manifests.js';
import { configMapsOf, deploymentsOf } from '../paths.js';

/** A deployment with two unknown fields. */
const unknown = deployment('web', {
  replicas: 0,
  replica: 3,
  template: podTemplate('web', { containers: [container({ imagePolicy: 'Always' })] }),
});
const duplicate = '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"map"},"data":{"a":"1","a":"2"}}';

/** A ConfigMap whose data has the key of line 6 a second time. */
const YAML = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\ndata:\n  a: "1"\n  a: "2"\n';
const YAML_TYPE = { type: 'application/yaml' };

/** Unknown and duplicate fields by fieldValidation. */
export const fieldValidation: Area = {
  name: 'field validation',
  cases: {
    async 'warns of each unknown field by default, in the order of the body'({ api, namespace }) {
      const created = await api.post(deploymentsOf(namespace), unknown);
      expect(expectSuccess(created, 201).spec).not.toHaveProperty('replica');
      expect(created.warnings).toEqual([
        'unknown field "spec.template.spec.containers[0].imagePolicy"',
        'unknown field "spec.replica"',
      ]);
    },

    async 'cuts warnings only when they are too long together'({ api, namespace }) {
      const name = 'x'.repeat(1000);
      const body = (fields: number) =>
        Object.fromEntries(Array.from({ length: fields }, (_, field) => [`${name}${field}`, 1]));
      const one = await api.post(`${configMapsOf(namespace)}?dryRun=All`, { ...configMap('a'), ...body(1) });
      expect(one.warnings).toEqual([`unknown field "${name}0"`]);
      const five = await api.post(`${configMapsOf(namespace)}?dryRun=All`, { ...configMap('a'), ...body(5) });
      expect(five.warnings).toHaveLength(5);
      expect(new Set(five.warnings.map(({ length }) => length))).toEqual(new Set([256]));
    },

    async 'rejects unknown fields for Strict and names each'({ api, namespace }) {
      const rejected = await api.post(`${deploymentsOf(namespace)}?fieldValidation=Strict`, unknown);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe(
        'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.template.spec.containers[0].imagePolicy", unknown field "spec.replica"',
      );
      expect(rejected.warnings).toEqual([]);
    },

    async 'drops unknown fields silently for Ignore'({ api, namespace }) {
      const created = await api.post(`${deploymentsOf(namespace)}?fieldValidation=Ignore`, unknown);
      expect(expectSuccess(created, 201).spec).not.toHaveProperty('replica');
      expect(created.warnings).toEqual([]);
    },

    async 'warns of a duplicate field and takes the last'({ api, namespace }) {
      const created = await api.post(configMapsOf(namespace), duplicate);
      expect(expectSuccess(created, 201).data).toEqual({ a: '2' });
      expect(created.warnings).toEqual(['duplicate field "data.a"']);
    },

    async 'rejects a duplicate field for Strict'({ api, namespace }) {
      const rejected = await api.post(`${configMapsOf(namespace)}?fieldValidation=Strict`, duplicate);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toContain('strict decoding error: duplicate field "data.a"');
    },

    async 'ignores a duplicate field for Ignore'({ api, namespace }) {
      const created = await api.post(`${configMapsOf(namespace)}?fieldValidation=Ignore`, duplicate);
      expect(expectSuccess(created, 201).data).toEqual({ a: '2' });
      expect(created.warnings).toEqual([]);
    },

    async 'rejects a duplicate field of a merge patch for Strict'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map', { a: '1' }));
      const path = `${configMapsOf(namespace)}/map?fieldValidation=Strict`;
      const rejected = await api.call('PATCH', path, {
        body: '{"data":{"a":"1","a":"2"}}',
        type: 'application/merge-patch+json',
      });
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.message).toContain('strict decoding error: duplicate field "data.a"');
    },

    async 'names the unknown and the duplicate fields of a body'({ api, namespace }) {
      const text = JSON.stringify(deployment('web', { replicas: 0 })).replace(
        '"replicas":0',
        '"unknown":1,"replicas":1,"replicas":0',
      );
      const rejected = await api.post(`${deploymentsOf(namespace)}?fieldValidation=Strict`, text);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toContain(
        'strict decoding error: unknown field "spec.unknown", duplicate field "spec.replicas"',
      );
    },

    async 'takes the last value of a key that a YAML body has twice'({ api, namespace }) {
      const created = await api.post(configMapsOf(namespace), YAML, YAML_TYPE);
      expect(expectSuccess(created, 201).data).toEqual({ a: '2' });
      expect(created.warnings).toEqual(['line 6: key "a" already set in map']);
    },

    async 'names the line of a key that a YAML body has twice for Strict'({ api, namespace }) {
      const text = `${YAML}more: {}\n`;
      const rejected = await api.post(`${configMapsOf(namespace)}?fieldValidation=Strict`, text, YAML_TYPE);
      expectError(rejected, 400, 'BadRequest');
      expect(rejected.body.message).toBe(
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n  line 6: key "a" already set in map, unknown field "more"',
      );
    },

    async 'warns of a key that an apply has twice and takes the last value'({ api, namespace }) {
      const type = 'application/apply-patch+yaml';
      const path = `${configMapsOf(namespace)}/map?fieldManager=a`;
      const applied = await api.call('PATCH', path, { body: YAML, type });
      expect(expectSuccess(applied, 201).data).toEqual({ a: '2' });
      expect(applied.warnings).toEqual(['line 6: key "a" already set in map']);
    },

    async 'names the line of a key that an apply has twice for Strict'({ api, namespace }) {
      const type = 'application/apply-patch+yaml';
      const path = `${configMapsOf(namespace)}/map?fieldManager=a&fieldValidation=Strict`;
      const rejected = await api.call('PATCH', path, { body: YAML, type });
      expectError(rejected, 400, 'BadRequest');
      const why = 'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  ';
      expect(rejected.body.message).toBe(`${why}line 6: key "a" already set in map`);
      const json = await api.call('PATCH', path, { body: duplicate, type });
      expectError(json, 400, 'BadRequest');
      expect(json.body.message).toBe(`${why}line 1: key "a" already set in map`);
    },

    async 'rejects an unknown fieldValidation'({ api, namespace }) {
      const rejected = await api.post(`${configMapsOf(namespace)}?fieldValidation=Harsh`, configMap('map'));
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.details?.causes?.[0]).toMatchObject({
        reason: 'FieldValueNotSupported',
        field: 'fieldValidation',
      });
    },

    async 'rejects unknown fields of a merge patch for Strict'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      const path = `${deploymentsOf(namespace)}/web?fieldValidation=Strict`;
      const rejected = await api.patch(path, 'merge', { spec: { replica: 3 } });
      expectError(rejected, 422, 'Invalid');
      expect(rejected.body.message).toContain('strict decoding error: unknown field "spec.replica"');
    },

    async 'rejects unknown fields of a strategic merge patch for Strict'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      const path = `${deploymentsOf(namespace)}/web?fieldValidation=Strict`;
      const rejected = await api.patch(path, 'strategic', { spec: { replica: 3 } });
      expectError(rejected, 422, 'Invalid');
    },

    async 'rejects unknown fields of a replacement for Strict'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      const rejected = await api.put(`${deploymentsOf(namespace)}/web?fieldValidation=Strict`, unknown);
      expectError(rejected, 400, 'BadRequest');
    },

    async 'warns of unknown fields of a YAML body'({ api, namespace }) {
      const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: map\n  label: {}\n';
      const created = await api.post(configMapsOf(namespace), text, { type: 'application/yaml' });
      expectSuccess(created, 201);
      expect(created.warnings).toEqual(['unknown field "metadata.label"']);
    },

    async 'rejects an integer with a fraction or an exponent in JSON'({ api, namespace }) {
      const scaled = (replicas: string) =>
        JSON.stringify(deployment('web', { replicas: 0 })).replace('"replicas":0', `"replicas":${replicas}`);
      const path = `${deploymentsOf(namespace)}?dryRun=All`;
      for (const number of ['1.0', '1e2', '1E0', '-0.0', '1.5', '0.1e1']) {
        const rejected = await api.post(path, scaled(number));
        expectError(rejected, 400, 'BadRequest');
        expect(rejected.body.message).toBe(
          'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number ' +
            `${number} into Go struct field DeploymentSpec.spec.replicas of type int32`,
        );
      }
      const zero = await api.post(path, scaled('-0'));
      expect(expectSuccess(zero, 201).spec['replicas']).toBe(0);
      const yaml = `metadata: {name: web}\nspec: ${JSON.stringify(deployment('web')['spec']).replace('{', '{"replicas": 1e2,')}`;
      const created = await api.post(path, yaml, { type: 'application/yaml' });
      expect(expectSuccess(created, 201).spec['replicas']).toBe(100);
    },

    async 'rejects a patch that gives a field another type'({ api, namespace }) {
      await api.post(deploymentsOf(namespace), deployment('web', { replicas: 0 }));
      for (const kind of ['merge', 'strategic'] as const) {
        const rejected = await api.patch(`${deploymentsOf(namespace)}/web`, kind, {
          spec: { replicas: 1.5 },
        });
        expectInvalid(rejected, 'FieldValueInvalid patch');
      }
    },

    async 'says where a body is no JSON'({ api, namespace }) {
      const bodies = {
        '{': 'unexpected end of JSON input ({)',
        '{"a":': 'unexpected end of JSON input ({"a":)',
        '{"a":1,}': `invalid character '}' looking for beginning of object key string ({"a":1,})`,
        '{a:1}': `invalid character 'a' looking for beginning of object key string ({a:1})`,
        '{"a" 1}': `invalid character '1' after object key ({"a" 1})`,
        '{"a":1 "b":2}': `invalid character '"' after object key:value pair ({"a":1 "b":2})`,
        '{"a":[1 2]}': `invalid character '2' after array element ({"a":[1 2]})`,
        '{"a":-}': `invalid character '}' in numeric literal ({"a":-})`,
        '{"a":1.}': `invalid character '}' after decimal point in numeric literal ({"a":1.})`,
        '{"a":1e}': `invalid character '}' in exponent of numeric literal ({"a":1e})`,
        '{"a":01}': `invalid character '1' after object key:value pair ({"a":01})`,
        '{"a":tru}': `invalid character '}' in literal true (expecting 'e') ({"a":tru})`,
        '{"a":"\n"}': `invalid character '\\n' in string literal ({"a":"\n"})`,
        '{"a":"\\x"}': `invalid character 'x' in string escape code ({"a":"\\x"})`,
        '{"a":"\\u12g4"}': `invalid character 'g' in \\u hexadecimal character escape ({"a":"\\u12g4"})`,
        "{'a':1}": `invalid character '\\'' looking for beginning of object key string ({'a':1})`,
        nothing: `invalid character 'o' in literal null (expecting 'u') (6e6f7468696e67)`,
        '{} x': `invalid character 'x' after top-level value ({} x)`,
        '{"metadata":{"name":"a-long-name"}}]': `invalid character ']' after top-level value ({"metadata":{"name":"a-long-na ...)`,
        ' {"a":é}': `invalid character 'Ã' looking for beginning of value (207b2261223ac3a97d)`,
      };
      const kind = 'the object provided is unrecognized (must be of type ConfigMap)';
      for (const [body, why] of Object.entries(bodies)) {
        const rejected = await api.post(configMapsOf(namespace), body);
        expectError(rejected, 400, 'BadRequest');
        expect(rejected.body.message).toBe(`${kind}: couldn't get version/kind; json parse error: ${why}`);
      }
    },

    async 'says why a patch is no JSON'({ api, namespace }) {
      await api.post(configMapsOf(namespace), configMap('map'));
      const messages = {
        json: 'error decoding patch: unexpected end of JSON input',
        merge: 'error decoding patch: unexpected end of JSON input',
        strategic: 'unexpected end of JSON input',
      };
      for (const kind of ['json', 'merge', 'strategic'] as const) {
        const rejected = await api.patch(`${configMapsOf(namespace)}/map`, kind, '{"a"');
        expectError(rejected, 400, 'BadRequest');
        expect(rejected.body.message).toBe(messages[kind]);
      }
    },
  },
};

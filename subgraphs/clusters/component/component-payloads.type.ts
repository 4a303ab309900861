import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../../../kernel/graph/user-error.type.js';
import { Operation } from '../operation/operation.type.js';
import { Component } from './component.type.js';

const ERRORS = 'What the caller can mend; empty on success.';

@ObjectType({ description: 'Answer of a change of a component.' })
abstract class ComponentPayload {
  @Field(() => Component, { nullable: true, description: 'The component; null when the change was refused.' })
  component: Component | null;

  @Field(() => Operation, {
    nullable: true,
    description: 'The operation that carries it out; null when it was refused.',
  })
  operation: Operation | null;

  @Field(() => [UserError], { description: ERRORS })
  userErrors: UserError[];
}

@ObjectType({ description: 'Answer of installComponent.' })
export class InstallComponentPayload extends ComponentPayload {}

@ObjectType({ description: 'Answer of upgradeComponent.' })
export class UpgradeComponentPayload extends ComponentPayload {}

@ObjectType({ description: 'Answer of configureComponent.' })
export class ConfigureComponentPayload extends ComponentPayload {}

@ObjectType({ description: 'Answer of uninstallComponent.' })
export class UninstallComponentPayload extends ComponentPayload {}

@ObjectType({ description: 'Answer of restoreComponent.' })
export class RestoreComponentPayload extends ComponentPayload {}

@ObjectType({ description: 'Answer of checkComponents.' })
export class CheckComponentsPayload {
  @Field(() => [Component], {
    description: 'The components of the cluster; empty when the request was refused.',
  })
  components: Component[];

  @Field(() => [UserError], { description: ERRORS })
  userErrors: UserError[];
}

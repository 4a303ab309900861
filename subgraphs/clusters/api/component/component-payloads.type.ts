import { Field, ObjectType } from 'type-graphql';
import { ChangePayload } from '../entities/change-payload.type.js';
import { Component } from './component.type.js';

@ObjectType()
abstract class ComponentPayload extends ChangePayload {
  @Field(() => Component, { nullable: true, description: 'The component. Null if the request was rejected.' })
  component: Component | null;
}

@ObjectType({ description: 'Payload of installComponent.' })
export class InstallComponentPayload extends ComponentPayload {}

@ObjectType({ description: 'Payload of upgradeComponent.' })
export class UpgradeComponentPayload extends ComponentPayload {}

@ObjectType({ description: 'Payload of configureComponent.' })
export class ConfigureComponentPayload extends ComponentPayload {}

@ObjectType({ description: 'Payload of uninstallComponent.' })
export class UninstallComponentPayload extends ComponentPayload {}

@ObjectType({ description: 'Payload of restoreComponent.' })
export class RestoreComponentPayload extends ComponentPayload {}

@ObjectType({ description: 'Payload of checkComponents.' })
export class CheckComponentsPayload extends ChangePayload {
  @Field(() => [Component], {
    description: 'The components of the cluster; empty if the request was rejected.',
  })
  components: Component[];
}

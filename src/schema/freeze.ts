import type { FieldDescriptor, ModuleDescriptor } from './descriptor.ts';
import { EnumNode, ServiceNode, StructNode } from './nodes.ts';

/** Closes a module and all that is in it. */
export function freezeModule(module: ModuleDescriptor): void {
  for (const definition of module.definitions) {
    if (definition instanceof EnumNode) freezeEnum(definition);
    else if (definition instanceof StructNode) freezeStruct(definition);
    else if (definition instanceof ServiceNode) freezeService(definition);
    Object.freeze(definition);
  }
  for (const include of module.includes) {
    Object.freeze(include.paths);
    Object.freeze(include);
  }
  for (const part of [module.definitions, module.includes, module.namespaces, module]) Object.freeze(part);
}

function freezeEnum(node: EnumNode): void {
  for (const member of node.members) Object.freeze(member);
  Object.freeze(node.members);
  node.byName.seal();
  node.byValue.seal();
}

function freezeStruct(node: StructNode): void {
  freezeFields(node.fields);
  node.byName.seal();
  node.byId.seal();
}

function freezeService(node: ServiceNode): void {
  for (const method of node.ownMethods) {
    freezeFields(method.parameters);
    freezeFields(method.throws);
    Object.freeze(method.qualifiers);
    if (method.streaming !== undefined) {
      freezeFields(method.streaming.sendThrows);
      freezeFields(method.streaming.receiveThrows);
      Object.freeze(method.streaming);
    }
    Object.freeze(method);
  }
  Object.freeze(node.ownMethods);
  Object.freeze(node.performs);
}

function freezeFields(fields: readonly FieldDescriptor[]): void {
  for (const field of fields) Object.freeze(field);
  Object.freeze(fields);
}

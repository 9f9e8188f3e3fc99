import type { Typedef } from '../idl/ast.ts';
import type { TypeDescriptor } from './descriptor.ts';
import type { Linking } from './linking.ts';
import { TypedefNode } from './nodes.ts';
import { circleText, inOrder } from './order.ts';
import { applyJsType, linkType, namesIn } from './types.ts';

/** Containers in containers by way of typedefs; what is compiled for a type may call itself this often. */
const mostNesting = 200;

/** A typedef with what was written of it. */
export interface DeclaredTypedef {
  readonly node: TypedefNode;
  readonly written: Typedef;
  readonly linking: Linking;
}

/** Links all typedefs of all files, each after those it names. */
export function linkTypedefs(declared: readonly DeclaredTypedef[]): void {
  const sources = new Map(declared.map(item => [item.node, item]));
  const broken = new Set<TypedefNode>();

  function* needs(node: TypedefNode): Generator<TypedefNode> {
    const { written, linking } = sources.get(node)!;
    for (const name of namesIn(written.type)) {
      const named = linking.scope.peekType(name);
      if (named instanceof TypedefNode && sources.has(named)) yield named;
    }
  }

  const ordered = inOrder(sources.keys(), needs, circle => {
    const { written, linking } = sources.get(circle[0]!)!;
    const message = `typedefs contain each other: ${circleText(circle.map(String))}`;
    linking.report.error(written.name, 'typedef-cycle', message);
    broken.add(circle.at(-1)!);
  });

  for (const node of ordered) {
    if (broken.has(node)) continue;
    const { written, linking } = sources.get(node)!;
    const type = linkType(written.type, linking.scope, linking.types, linking.report);
    const depth = nestingOf(type);
    if (depth > mostNesting) {
      const message = `containers are nested more than ${mostNesting} deep`;
      linking.report.error(written.type, 'type-depth', message);
    } else {
      nesting.set(node, depth);
      node.type = applyJsType(type, written.annotations, linking.types, linking.report);
    }
  }
}

/** Of typedefs that are linked. */
const nesting = new WeakMap<TypeDescriptor, number>();

function nestingOf(type: TypeDescriptor): number {
  switch (type.kind) {
    case 'list':
    case 'set':
      return 1 + nestingOf(type.element);
    case 'map':
      return 1 + Math.max(nestingOf(type.key), nestingOf(type.value));
    default:
      return nesting.get(type) ?? 0;
  }
}

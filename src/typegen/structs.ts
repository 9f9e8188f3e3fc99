import type { EnumDescriptor, FieldDescriptor, StructDescriptor } from '../schema/descriptor.ts';
import { isSetAside } from '../values/fields.ts';
import { docRows } from './docs.ts';
import { innerName, writeInner } from './inner.ts';
import { exported, localName } from './names.ts';
import { Mapped, type Output } from './output.ts';
import type { References } from './references.ts';

/** A struct or exception: what decoding gives, the class, and what its constructor takes. */
export function writeStruct(out: Output, type: StructDescriptor, references: References): void {
  const local = localName(type.name);
  const name = new Mapped(local, type.position);
  const base = type.kind === 'exception' ? ' extends $.Exception' : '';
  const [aside, own] = [
    type.fields.filter(field => isSetAside(type, field)),
    type.fields.filter(field => !isSetAside(type, field)),
  ];
  out.doc(docRows(type));
  out.block([exported(type.name, 'interface '), name, base], () => {
    for (const field of own) writeDecoded(out, type, field, references);
    if (aside.length > 0) {
      out.line('/** Fields whose names mean something else on an Error. */');
      out.block(
        ['fields:'],
        () => {
          for (const field of aside) writeDecoded(out, type, field, references);
        },
        '};',
      );
    }
  });
  out.doc(docRows(type));
  out.line(exported(type.name, 'declare const '), name, `: $.StructClass<${local}, ${local}.Input>;`);
  out.block([exported(type.name, 'declare namespace '), name], () => {
    out.block(['interface ', innerName(type, 'Input')], () => {
      for (const field of type.fields) {
        out.doc(docRows(field, ...defaultRows(field)));
        const [mark, unset] = isMandatory(field) ? ['', ''] : ['?', ' | null | undefined'];
        out.line(
          'readonly ',
          new Mapped(field.name, field.position),
          `${mark}: ${references.input(field.type)}${unset};`,
        );
      }
    });
    writeInner(out, type, 'Input');
  });
}

/** A union: one of its members, and the others absent, so that asking for one tells which it is. */
export function writeUnion(out: Output, type: StructDescriptor, references: References): void {
  const local = localName(type.name);
  const name = new Mapped(local, type.position);
  out.doc(docRows(type));
  const decoded = (field: FieldDescriptor) => references.decoded(field.type);
  writeMembers(out, [exported(type.name, 'type '), name], type, '', decoded, 'never');
  out.doc(docRows(type));
  out.line(exported(type.name, 'declare const '), name, `: $.StructClass<${local}, ${local}.Input>;`);
  out.block([exported(type.name, 'declare namespace '), name], () => {
    const input = (field: FieldDescriptor) => references.input(field.type);
    writeMembers(out, ['type ', innerName(type, 'Input')], type, 'readonly ', input, 'null | undefined');
    writeInner(out, type, 'Input');
  });
}

function writeMembers(
  out: Output,
  head: readonly (string | Mapped)[],
  type: StructDescriptor,
  modifier: string,
  written: (field: FieldDescriptor) => string,
  absent: string,
): void {
  if (type.fields.length === 0) return out.line(...head, ' = never;');
  out.line(...head, ' =');
  for (const field of type.fields) {
    const member = () => {
      out.doc(docRows(field));
      out.line(modifier, new Mapped(field.name, field.position), `: ${written(field)};`);
      for (const other of type.fields) {
        if (other !== field) out.line(modifier, new Mapped(other.name, other.position), `?: ${absent};`);
      }
    };
    out.line('  | {');
    out.indented('      ', member);
    out.line(field === type.fields.at(-1) ? '    };' : '    }');
  }
}

/** An enum: its object, the union of its numbers, and the names that are taken for them. */
export function writeEnum(out: Output, type: EnumDescriptor): void {
  const local = localName(type.name);
  const name = new Mapped(local, type.position);
  out.doc(docRows(type));
  out.block(
    [exported(type.name, 'declare const '), name, ':'],
    () => {
      for (const member of type.members) {
        out.doc(docRows(member));
        out.line('readonly ', new Mapped(member.name, member.position), `: ${member.value};`);
      }
      for (const [value, member] of type.byValue)
        out.line('readonly ', new Mapped(`[${value}]`, member.position), `: ${JSON.stringify(member.name)};`);
    },
    '};',
  );
  out.doc(docRows(type));
  out.line(exported(type.name, 'type '), name, ` = ${[...type.byValue.keys()].join(' | ') || 'never'};`);
  out.block([exported(type.name, 'declare namespace '), name], () => {
    out.line(
      'type ',
      new Mapped('Name', type.position),
      ` = ${type.members.map(member => JSON.stringify(member.name)).join(' | ') || 'never'};`,
    );
    out.line('type ', innerName(type, 'Input'), ` = ${local} | Name;`);
    writeInner(out, type, 'Input');
  });
}

function writeDecoded(
  out: Output,
  type: StructDescriptor,
  field: FieldDescriptor,
  references: References,
): void {
  // What an Error always has.
  const isText = type.kind === 'exception' && field.name === 'message' && !isSetAside(type, field);
  const present = isMandatory(field) || field.defaultValue !== undefined || isText;
  out.doc(docRows(field, ...defaultRows(field)));
  out.line(
    new Mapped(field.name, field.position),
    `: ${references.decoded(field.type)}${present ? '' : ' | undefined'};`,
  );
}

function isMandatory(field: FieldDescriptor): boolean {
  return field.requiredness === 'required' && field.defaultValue === undefined;
}

function defaultRows({ defaultValue }: FieldDescriptor): string[] {
  if (defaultValue === undefined || !('value' in defaultValue)) return [];
  const { value } = defaultValue;
  return [`@default ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`];
}

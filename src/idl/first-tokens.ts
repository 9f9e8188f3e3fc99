/**
 * Which tokens may come first in each alternative of the grammar, by rule and production; the rules in the order of
 * their definition. Written by `npm run grammar`.
 */
export const firstTokens: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  integer: {
    OR: 'Integer | Word_true | Word_false',
  },
  value: {
    OR: 'Integer StringLiteral Double Word_true Word_false | LBracket | LBrace | Identifier',
  },
  scalar: {
    OR: 'Integer | StringLiteral | Double | Word_true | Word_false',
  },
  listValue: {
    MANY: 'Integer StringLiteral Double Word_true Word_false LBracket LBrace Identifier',
    OPTION: 'Separator',
  },
  mapValue: {
    MANY: 'Integer StringLiteral Double Word_true Word_false LBracket LBrace Identifier',
    OPTION: 'Separator',
  },
  referenceOrStruct: {
    OPTION: 'LBrace',
  },
  structFields: {
    MANY: 'Identifier',
    OPTION: 'Separator',
  },
  annotationList: {
    MANY: 'Identifier',
    OPTION: 'Separator',
  },
  annotation: {
    OPTION: 'Equals',
  },
  structuredAnnotation: {
    OPTION: 'LBrace',
  },
  type: {
    OR: 'Identifier | BaseWord | Word_list | Word_set | Word_map',
    OPTION9: 'LParen',
  },
  namedType: {},
  listType: {
    OPTION8: 'Word_cpp_type',
    OPTION7: 'Word_cpp_type',
  },
  setType: {
    OPTION8: 'Word_cpp_type',
  },
  mapType: {
    OPTION8: 'Word_cpp_type',
  },
  enumMember: {
    MANY9: 'At',
    OPTION: 'Equals',
    OPTION9: 'LParen',
    OPTION1: 'Separator',
  },
  function: {
    MANY9: 'At',
    MANY1: 'Word_oneway Word_async FunctionQualifier',
    OPTION: 'Word_throws',
    OPTION9: 'LParen',
    OPTION1: 'Separator',
  },
  functionQualifier: {
    OR: 'Word_oneway | Word_async | FunctionQualifier',
  },
  returns: {
    MANY: 'Comma',
  },
  returnPart: {
    OR: 'Word_stream | Word_sink | Word_void | Identifier BaseWord Word_list Word_set Word_map',
  },
  stream: {},
  sink: {},
  throwsInside: {
    OPTION: 'Word_throws',
  },
  fieldBody: {
    MANY: 'At Integer Word_true Word_false Requiredness Identifier BaseWord Word_list Word_set Word_map',
  },
  fieldList: {
    MANY: 'At Integer Word_true Word_false Requiredness Identifier BaseWord Word_list Word_set Word_map',
  },
  field: {
    MANY9: 'At',
    OPTION: 'Integer Word_true Word_false',
    OPTION1: 'Requiredness',
    OPTION2: 'Ampersand',
    OPTION3: 'Equals',
    OPTION4: 'Word_xsd_optional',
    OPTION5: 'Word_xsd_nillable',
    OPTION6: 'Word_xsd_attrs',
    OPTION9: 'LParen',
    OPTION7: 'Separator',
  },
  document: {
    MANY: 'At Word_struct Word_union ExceptionQualifier Word_exception Word_enum Word_typedef Word_const Word_service Word_interaction Word_include Word_namespace Word_cpp_include Word_package',
  },
  typeExpression: {},
  item: {
    MANY9: 'At',
    OR: 'Word_struct Word_union | ExceptionQualifier Word_exception | Word_enum | Word_typedef | Word_const | Word_service Word_interaction | Word_include | Word_namespace | Word_cpp_include | Word_package',
    OPTION: 'Separator',
  },
  include: {
    OPTION: 'Word_as',
  },
  cppInclude: {},
  namespace: {
    OR: 'Identifier | Star',
    OR1: 'Identifier | StringLiteral',
    OPTION9: 'LParen',
  },
  package: {},
  const: {
    OPTION9: 'LParen',
  },
  typedef: {
    OPTION9: 'LParen',
  },
  enum: {
    MANY: 'At Word',
    OPTION9: 'LParen',
  },
  struct: {
    OR: 'Word_struct | Word_union',
    OPTION: 'Word_xsd_all',
    OPTION9: 'LParen',
  },
  exception: {
    MANY: 'ExceptionQualifier',
    OPTION9: 'LParen',
  },
  service: {
    OR: 'Word_service | Word_interaction',
    OPTION: 'Word_extends',
    MANY: 'Word_performs At Word_oneway Word_async FunctionQualifier Word_stream Word_sink Word_void Identifier BaseWord Word_list Word_set Word_map',
    OPTION9: 'LParen',
  },
  serviceMember: {
    OR: 'Word_performs | At Word_oneway Word_async FunctionQualifier Word_stream Word_sink Word_void Identifier BaseWord Word_list Word_set Word_map',
  },
  performs: {
    OPTION: 'Separator',
  },
};

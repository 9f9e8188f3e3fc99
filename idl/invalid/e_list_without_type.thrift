// expect: syntax-error 2:14 expected "<" after "list", found "Names"
typedef list Names
typedef i32 Id

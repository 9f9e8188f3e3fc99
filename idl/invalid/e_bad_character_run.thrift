// expect: bad-character 3:1 unexpected characters "§§§€€"
struct User {}
§§§€€
struct Other {}

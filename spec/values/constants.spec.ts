import { expect } from 'chai';
import { loadSource } from '../../src/load.ts';

describe('constants of a module', () => {
  const module = loadSource(`
    struct Point { 1: i32 x, 2: list<i32> path }
    const list<list<i32>> GRID = [[1], [2]]
    const Point ORIGIN = {"x": 0, "path": [1]}
    const map<string, list<i32>> BY_NAME = {"a": [1]}
    struct Holder { 1: list<i32> own = [1], 2: Point point = {"x": 1} }
  `);

  it('cannot be changed by one user for all others', () => {
    expect(() => module.GRID.push([3])).to.throw(TypeError);
    expect(() => module.GRID[0].push(3)).to.throw(TypeError);
    expect(() => {
      module.ORIGIN.x = 5;
    }).to.throw(TypeError);
    expect(() => module.ORIGIN.path.push(5)).to.throw(TypeError);
    expect(() => module.BY_NAME.get('a').push(5)).to.throw(TypeError);
  });

  it('are not defaults, which belong to the instance that has them', () => {
    const [one, two] = [new module.Holder(), new module.Holder()];
    one.own.push(2);
    one.point.x = 7;
    expect(two).to.deep.equal(new module.Holder());
  });
});

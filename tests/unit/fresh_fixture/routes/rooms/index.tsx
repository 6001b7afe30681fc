export default () => <h1>All rooms</h1>;

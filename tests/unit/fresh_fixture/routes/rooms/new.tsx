export default () => <h1>New room</h1>;

using CleanSync.Infrastructure.Tests.WordPress;

namespace CleanSync.Scenarios;

/// <summary>A WordPress as Debian ships it, over core's own REST routes.</summary>
public sealed class DebianWordPressTests() : RealWordPressTests(WordPressUnderTest.Find("debian"));

/// <summary>The newest WordPress, over core's own REST routes.</summary>
public sealed class NewestWordPressTests() : RealWordPressTests(WordPressUnderTest.Find("newest"));

/// <summary>A WordPress as Debian ships it, with the connector.</summary>
public sealed class DebianConnectorTests()
    : ConnectorWordPressTests(WordPressUnderTest.Find("debian", connector: true));

/// <summary>The newest WordPress, with the connector.</summary>
public sealed class NewestConnectorTests()
    : ConnectorWordPressTests(WordPressUnderTest.Find("newest", connector: true));

/// <summary>The newest WordPress on SQLite, which has no named locks, with the connector.</summary>
public sealed class SqliteConnectorTests()
    : BasicWordPressTests(WordPressUnderTest.Find("newest", connector: true, db: "sqlite"));

/// <summary>A blog of a network, with the connector.</summary>
public sealed class BlogOfNetworkTests()
    : BasicWordPressTests(WordPressUnderTest.Find("newest", connector: true, multisite: true).Blog(2));

using System.Collections.Concurrent;

namespace ExistingWebApplication;

/// <summary>Something of the application's own.</summary>
public sealed class Orders
{
    private readonly ConcurrentQueue<string> _lines = new(["order 1: a teapot"]);

    public IReadOnlyCollection<string> All => _lines;

    public void Note(string line)
    {
        _lines.Enqueue(line);
        Console.WriteLine(line);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace CleanSync.Scenarios.Chaos;

/// <summary>
/// Stands in front of a server and does to connections what networks do: some are refused, some are slow, some stall for a while, and some
/// break after so many bytes, in the one direction or the other.
/// </summary>
internal sealed class TcpFaultProxy : IAsyncDisposable
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(2);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _faults = new();
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly int _upstream;
    private readonly double _rate;
    private readonly int _mostBytes;
    private readonly Dice _dice;
    private readonly Task _running;

    /// <param name="upstream">The server's port on this machine.</param>
    /// <param name="rate">The share of connections that something happens to, 0 to 1.</param>
    /// <param name="mostBytes">A connection that breaks or stalls does so within so many bytes.</param>
    /// <param name="dice">The draws.</param>
    public TcpFaultProxy(int upstream, double rate, int mostBytes, Dice dice)
    {
        (_upstream, _rate, _mostBytes, _dice) = (upstream, rate, mostBytes, dice);
        _listener.Start();
        _running = Run();
    }

    private enum Fault
    {
        Refuse,
        Delay,
        Stall,
        CutRequest,
        CutAnswer,
    }

    /// <summary>Whether nothing happens to connections any more.</summary>
    public bool IsCalm { get; set; }

    /// <summary>Whether every connection is refused.</summary>
    public bool IsDown { get; set; }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often which fault was done.</summary>
    public IReadOnlyDictionary<string, int> Faults => _faults;

    /// <summary>Breaks all connections that are open.</summary>
    public void CutAll()
    {
        foreach (var socket in _open.Keys)
            Reset(socket);
        Count("cut all");
    }

    /// <summary>Breaks all connections and refuses new ones for a while.</summary>
    public async Task BeDown(TimeSpan time)
    {
        IsDown = true;
        CutAll();
        await Task.Delay(time, TimeProvider.System);
        IsDown = false;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        CutAll();
        _stop.Dispose();
    }

    private async Task Run()
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private async Task Serve(Socket client)
    {
        var random = _dice.Next();
        Fault? fault =
            IsDown ? Fault.Refuse
            : !IsCalm && random.NextDouble() < _rate ? (Fault)random.Next(5)
            : null;
        if (fault is { } done)
            Count(done.ToString());
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var _ = client;
        client.NoDelay = true;
        if (fault == Fault.Refuse)
        {
            Reset(client);
            return;
        }
        _open[client] = _open[server] = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _upstream, _stop.Token);
            var bytes = random.Next(1, _mostBytes);
            var slow = fault == Fault.Delay ? TimeSpan.FromMilliseconds(random.Next(20, 150)) : TimeSpan.Zero;
            await Task.WhenAny(
                Pump(client, server, fault is Fault.CutRequest or Fault.Stall ? bytes : null, fault, slow),
                Pump(server, client, fault is Fault.CutAnswer ? bytes : null, fault, slow)
            );
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException) { }
        finally
        {
            _open.TryRemove(client, out bool _);
            _open.TryRemove(server, out bool _);
            Reset(client);
            Reset(server);
        }
    }

    private async Task Pump(Socket from, Socket to, int? left, Fault? fault, TimeSpan slow)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
        {
            if (slow > TimeSpan.Zero)
                await Task.Delay(slow, TimeProvider.System, _stop.Token);
            if (left is { } until && count >= until)
            {
                await to.SendAsync(buffer.AsMemory(0, until), _stop.Token);
                if (fault != Fault.Stall)
                    return;
                await Task.Delay(Stall, TimeProvider.System, _stop.Token);
                await to.SendAsync(buffer.AsMemory(until, count - until), _stop.Token);
                left = null;
                continue;
            }
            left -= count;
            await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
        }
    }

    private void Count(string fault) => _faults.AddOrUpdate(fault, 1, (_, count) => count + 1);

    // As a broken network: no farewell.
    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, 0);
            socket.Close();
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException) { }
    }
}
